/** Halves that built-in checks share. Not public: a package of checks has its own. */
export { breakInLog, breakInResponse, breakInSpans, lostContext, lostIn } from './broken-trace.ts';
export {
  type EnvelopeCode,
  envelopeCodes,
  envelopeOptions,
  errorCheck,
  judgeErrorEnvelope,
} from './error-envelope.ts';
export {
  collectRequest,
  type FollowedRequest,
  type FollowOptions,
  followRequest,
  sendRequest,
} from './follow-request.ts';
export {
  foundationalTables,
  judgeColumns,
  judgeKeys,
  type TableProblem,
} from './foundational-tables.ts';
export { findLeak, lostClientSpans, namesOf, otherTracesOf, seenOf, systemOf } from './leaked-context.ts';
export { explainMissingSpans, type MissingSpans } from './missing-spans.ts';
export { apiAddress, apiCalls, type PageVisit, requestLine, visitPage } from './page-visit.ts';
export {
  findRlsBypass,
  otherSetting,
  type PolicyFacts,
  policyFactsQuery,
} from './policy-facts.ts';
export { judgePooled, pooledSteps } from './pooled-tenant.ts';
export { refusedTokenCheck } from './refused-token.ts';
export {
  carriesTrace,
  describeLine,
  responseHeaders,
  traceInHeaders,
  traceOfLine,
} from './sent-ids.ts';
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
export { judgeParent, keepsRandomFlag } from './trace-context-parent.ts';
export { judgeState, stateOf } from './trace-context-state.ts';
export type { TraceContextCase } from './trace-context-suite.ts';
export { buildTraceTree, type TraceTree } from './trace-tree.ts';
export { parseTraceparent, type Traceparent } from './traceparent.ts';
export { pageCheck } from './web-page.ts';
