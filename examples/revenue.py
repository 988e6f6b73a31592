"""Says what a call was worth: python3 examples/revenue.py KEY CALL_LOG_ID AMOUNT"""

import json
import sys
import urllib.request
import uuid

key, call, amount = sys.argv[1:4]
request = urllib.request.Request(
    f"http://127.0.0.1:8080/update-revenue?moja_auth_key={key}",
    data=json.dumps({"call_log_id": call, "revenue_paid_out": amount, "transaction_id": str(uuid.uuid4())}).encode(),
    headers={"Content-Type": "application/json"},
)
with urllib.request.urlopen(request) as answer:
    print(answer.read().decode())
