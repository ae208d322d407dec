/** All that a check's file may import. */
export { integer, mapOf, number, strictMap, v } from '../base/schema.ts';
export { counted } from './counted.ts';
export { type CheckDefinition, defineCheck, type FailureCode } from './define-check.ts';
export { type Effects, effectsOfMethod } from './effects.ts';
export {
  type EnvelopeCode,
  envelopeCodes,
  envelopeOptions,
  errorCheck,
  judgeErrorEnvelope,
} from './error-envelope.ts';
export type { Evidence } from './evidence.ts';
export { attempt, type Exchanged, exchange, fact } from './exchange.ts';
export {
  type FollowedRequest,
  type FollowOptions,
  followRequest,
  traceInHeaders,
} from './follow-request.ts';
export { foundationalTables, judgeColumns, judgeKeys, type TableProblem } from './foundational-tables.ts';
export type { Json } from './json.ts';
export { at, firstAt, parseJson } from './json-path.ts';
export { type CheckOption, type CheckOptions, option } from './option.ts';
export { apiAddress, apiCalls, type PageVisit, requestLine, visitPage } from './page-visit.ts';
export { aboveThePolicies, otherSetting, type PolicyFacts, policyFactsQuery } from './policy-facts.ts';
export { judgePooled, pooledSteps } from './pooled-tenant.ts';
export * from './probes.ts';
export { refusedTokenCheck } from './refused-token.ts';
export type { HttpChange, Sabotage } from './sabotage.ts';
export { type ServiceName, type StackInfo, serviceNames } from './stack.ts';
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
export type { Examined, Fail, Pass, Skip, Verdict } from './verdict.ts';
export { skipWithoutOrigin } from './web-origin.ts';
export { pageCheck } from './web-page.ts';
