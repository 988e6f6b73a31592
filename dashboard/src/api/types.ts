import type { components, operations } from './schema';

/** Every model is the server's own; this only gives the generated ones short names. */
export type Schema = components['schemas'];
export type Call = Schema['Call'];
export type WholeCall = Schema['WholeCall'];
export type CallStatus = Schema['CallStatus'];
export type Tag = Schema['Tag'];
export type TagSource = Schema['TagSource'];
export type TimelineEntry = Schema['TimelineEntry'];
export type Change = Schema['Change'];
export type Webhook = Schema['Webhook'];
export type WebhookType = Schema['WebhookType'];
export type WebhookSettings = Schema['WebhookSettings'];
export type RequestLine = Schema['RequestLine'];
export type LoggedRequest = Schema['LoggedRequest'];
export type CustomTag = Schema['CustomTag'];
export type TagKind = Schema['TagKind'];
export type Group = Schema['Group'];
export type PhoneNumber = Schema['Number'];
export type Target = Schema['Target'];
export type RoutingPlan = Schema['RoutingPlan'];
export type RoutingPlanFields = Schema['RoutingPlanFields'];
export type Route = Schema['Route'];
export type RtbEndpoint = Schema['RtbEndpoint'];
export type LoggedBid = Schema['LoggedBid'];
export type BidState = Schema['BidState'];
export type Unmatched = Schema['Unmatched'];
export type UnmatchedState = Schema['UnmatchedState'];
export type FlowLine = Schema['FlowLine'];
export type ApiKey = Schema['ApiKey'];
export type Organization = Schema['Organization'];
export type Conversion = Schema['Conversion'];
export type Hours = Schema['Hours'];
export type Condition = Schema['Condition'];
export type Explained = Schema['Explained'];
export type Decision = Schema['Decision'];
export type RequestEffect = Schema['RequestEffect'];
export type CallStreamEvent = Schema['CallStreamEvent'];

/** `tag.{name}` stands for any number of names. */
export type CallQuery = Omit<NonNullable<operations['list_calls']['parameters']['query']>, 'tag.{name}'> & {
  [tag: `tag.${string}`]: string;
};
export type RequestQuery = NonNullable<operations['list_requests']['parameters']['query']>;

export type Me = Schema['Me'];
export type Role = Schema['Role'];
export type User = Schema['User'];
export type SignIn = Schema['SignIn'];
export type SavedView = Schema['SavedView'];
export type ViewPage = Schema['ViewPage'];
export type AuditEntry = Schema['AuditEntry'];
export type CallReport = Schema['CallReport'];
export type CallReportRow = Schema['CallReportRow'];
export type CallTotals = Schema['CallTotals'];
export type ReportQuery = NonNullable<operations['report_calls']['parameters']['query']>;
export type PlanTest = Schema['PlanTest'];
export type BidSummary = Schema['BidSummary'];
