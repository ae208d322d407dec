/** Halves that built-in checks share. Not public: a package of checks has its own. */
export { firstDifference, withoutFields } from './compare-bodies.ts';
export {
  codeOfAnswer,
  codeOfFailure,
  type EndpointCode,
  endpointCodes,
  exchangeWithToken,
  noToken,
  redirectionOf,
  withToken,
} from './endpoint-answer.ts';
export { errorCheck } from './error-check.ts';
export {
  type EnvelopeCode,
  envelopeCodes,
  envelopeOptions,
  judgeErrorEnvelope,
} from './error-envelope.ts';
export {
  type FollowedRequest,
  type FollowOptions,
  followRequest,
  traceInHeaders,
} from './follow-request.ts';
export {
  foundationalTables,
  judgeColumns,
  judgeKeys,
  type TableProblem,
} from './foundational-tables.ts';
export { logStructureCheck } from './log-structure.ts';
export { nameRule } from './name-rule.ts';
export { apiAddress, apiCalls, type PageVisit, requestLine, visitPage } from './page-visit.ts';
export {
  findRlsBypass,
  otherSetting,
  type PolicyFacts,
  policyFactsQuery,
} from './policy-facts.ts';
export { judgePooled, pooledSteps } from './pooled-tenant.ts';
export { type JudgedLimit, judgeLimit, type LimitCode } from './rate-limit.ts';
export { refusedTokenCheck } from './refused-token.ts';
export { describeTable, type FoundTable, tableCatalogueQuery } from './table-catalogue.ts';
export { attemptEvidence, judgeAttempt } from './tenant-judgement.ts';
export {
  type AttemptKind,
  buildScenario,
  type Scenario,
  type ScenarioNames,
  type ScenarioTable,
  scenarioIds,
  type TenantAttempt,
} from './tenant-scenario.ts';
export {
  assertTrace,
  type SpanSelector,
  selectSpans,
  type TraceAssertion,
  traceAssertionSchema,
} from './trace-assertions.ts';
export { traceContextCheck } from './trace-context-check.ts';
export type { TraceContextCase } from './trace-context-suite.ts';
export { buildTraceTree, type TraceTree } from './trace-tree.ts';
export { parseTraceparent, type Traceparent } from './traceparent.ts';
export { findUnreadyServices } from './unready-services.ts';
export { pageCheck } from './web-page.ts';
