// An exact rolling window: a ring of the last `limit` admission times. The slot about to be reused holds the
// time of the request `limit` places back, so one comparison decides, whatever the limit is.
export class RollingWindow {
  constructor(limit, windowUs) {
    this.limit = limit;
    this.windowUs = windowUs;
    this.times = new Float64Array(limit); // zero pages cost no memory until they are written
    this.next = 0;
  }

  // Returns 0 when admitted, else the whole seconds to wait.
  admit(nowUs) {
    const wait = this.times[this.next] + this.windowUs - nowUs;
    if (wait > 0) return Math.ceil(wait / 1e6);
    this.times[this.next] = nowUs;
    this.next = this.next + 1 === this.limit ? 0 : this.next + 1;
    return 0;
  }
}

// The windows of one process: one per webhook, refilled from the request log so that a restart forgives nothing.
export class Windows {
  constructor(recentTimes) {
    this.recentTimes = recentTimes;
    this.byWebhook = new Map();
  }

  async of(webhook) {
    let filled = this.byWebhook.get(webhook.window);
    if (filled === undefined) {
      // The promise is stored at once, so that two first requests share one refill.
      filled = this.refill(webhook);
      this.byWebhook.set(webhook.window, filled);
    }
    return filled instanceof Promise ? await filled : filled;
  }

  async refill(webhook) {
    const ring = new RollingWindow(webhook.rateLimit, webhook.rateWindowUs);
    const since = Date.now() * 1000 - webhook.rateWindowUs;
    for (const at of await this.recentTimes(webhook.window, since, webhook.rateLimit)) ring.admit(at);
    this.byWebhook.set(webhook.window, ring);
    return ring;
  }

  async admit(webhook) {
    const ring = await this.of(webhook);
    return ring.admit(Date.now() * 1000);
  }
}
