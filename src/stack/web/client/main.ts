import type { BrowserConfig } from '../browser-config.ts';
import { showDashboard } from './dashboard.ts';
import { startTelemetry } from './telemetry.ts';

const config = JSON.parse(document.getElementById('config')?.textContent ?? '{}') as BrowserConfig;
if (!config.telemetryDisabled) startTelemetry(config);
if (document.getElementById('compose')) showDashboard(config);
