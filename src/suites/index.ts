/** Halves that built-in checks share. Not public: a package of checks has its own. */
export { requestLine } from '../check/page-lines.ts';
export { breakInLog, breakInResponse, breakInSpans, lostContext, lostIn } from './broken-trace.ts';
export { firstDifference, withoutFields } from './compare-bodies.ts';
export { corsCodes, corsObstacleOf, corsOptions, grantProblemOf, originOf, webOriginOf } from './cors.ts';
export {
  codeOfAnswer,
  codeOfFailure,
  type EndpointCode,
  endpointCodes,
  exchangeWithToken,
  noToken,
  obstacleCodes,
  obstacleOf,
  servesNothing,
  withinMs,
  withToken,
} from './endpoint-answer.ts';
export { errorCheck } from './error-check.ts';
export { type EnvelopeCode, envelopeCodes, envelopeOptions, judgeErrorEnvelope } from './error-envelope.ts';
export {
  collectRequest,
  type FollowedRequest,
  type FollowOptions,
  followRequest,
  sendRequest,
} from './follow-request.ts';
export { type ForeignOrigin, lookAlikesOf, nullOrigin } from './foreign-origins.ts';
export { foundationalTables, judgeColumns, judgeKeys, type TableProblem } from './foundational-tables.ts';
export { headingsOf } from './html-text.ts';
export { findLeak, lostClientSpans, namesOf, otherTracesOf, seenOf, systemOf } from './leaked-context.ts';
export { logStructureCheck } from './log-structure.ts';
export { judgeMigrationCommand } from './migration-command.ts';
export { explainMissingSpans, type MissingSpans } from './missing-spans.ts';
export { nameRule } from './name-rule.ts';
export {
  apiAddress,
  apiCalls,
  findCorsMessage,
  isAborted,
  type PageVisit,
  visitPage,
} from './page-visit.ts';
export { missingPermissions, preflightRequest } from './preflight.ts';
export { type JudgedLimit, judgeLimit, type LimitCode } from './rate-limit.ts';
export { redisCodeOf, redisCodes, redisSabotage } from './redis-failures.ts';
export { refusedTokenCheck } from './refused-token.ts';
export { carriesTrace, describeLine, responseHeaders, traceInHeaders, traceOfLine } from './sent-ids.ts';
export { findShownProblem, shownCodes } from './shown-page.ts';
export { countTenantRows } from './stored-text.ts';
export { describeTable, type FoundTable, tableCatalogueQuery } from './table-catalogue.ts';
export { readClaim } from './telemetry-claim.ts';
export { inspectTenancy } from './tenant-inspection.ts';
export { quote as quoteIdentifier } from './tenant-sql.ts';
export { answerCodes } from './token-answer.ts';
export {
  describeRefusals,
  endpointOptions,
  isLetIn,
  isObstacle,
  isRefusal,
  type RefusalCode,
  refusalCodeOf,
  refusalCodes,
  refusalOptions,
  TokenEndpoint,
  whyNotLetIn,
} from './token-endpoint.ts';
export {
  assertTrace,
  type SpanSelector,
  selectSpans,
  type TraceAssertion,
  traceAssertionSchema,
} from './trace-assertions.ts';
export { traceContextCheck } from './trace-context-check.ts';
export { judgeParent, keepsRandomFlag } from './trace-context-parent.ts';
export { judgeState, stateOf } from './trace-context-state.ts';
export type { TraceContextCase } from './trace-context-suite.ts';
export { buildTraceTree, type TraceTree } from './trace-tree.ts';
export { parseTraceparent, type Traceparent } from './traceparent.ts';
export { findUnreadyServices } from './unready-services.ts';
export { pageCheck } from './web-page.ts';
