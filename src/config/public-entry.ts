/**
 * The names that a configuration file, a check or a plugin imports from `meatymusic`: given to the loader as a virtual
 * module, so that a folder without node_modules works, and all share one library of schemas and one `ProbeError`.
 */
export {
  attempt,
  type CheckContext,
  type CheckDefinition,
  type CheckOption,
  type CheckOptions,
  counted,
  defineCheck,
  defineReporter,
  type Effects,
  type Evidence,
  type Examined,
  type Exchanged,
  exchange,
  type Fail,
  type FailureCode,
  fact,
  type HttpRequest,
  type HttpResponse,
  type Json,
  type LogRecord,
  type Look,
  option,
  type Pass,
  ProbeError,
  type ProbeName,
  type Probes,
  type ReporterDefinition,
  type Sabotage,
  type ServiceName,
  type Skip,
  type SpanData,
  type SqlOutcome,
  type SqlStep,
  type StackInfo,
  serviceUrl,
  type Verdict,
  v,
} from '../check/index.ts';
export { enabledServices, settingsOf } from '../services/index.ts';
export { defineServiceKind, type ServiceKind } from '../services/kind.ts';
export { defineConfig } from './define-config.ts';
export { definePlugin, type Plugin, type PluginRunner } from './plugin.ts';
