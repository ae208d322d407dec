/** What a collector, a runtime or a terminal puts around each line of a service, as it is named in reports. */
export const frameMeanings = {
  docker: 'Docker json-file',
  journald: 'journald JSON',
  gcp: 'Google Cloud LogEntry',
  loki: 'Loki',
  azure: 'Azure Monitor',
  'fluent-bit': 'Fluent Bit or Fluentd',
  cloudwatch: 'CloudWatch',
  vector: 'Vector',
  filebeat: 'Filebeat',
  gelf: 'GELF',
  splunk: 'Splunk HEC',
  vercel: 'Vercel',
  datadog: 'Datadog',
  otlp: 'OTLP JSON',
  loguru: 'Loguru',
  json: 'a JSON object around each line',
  compose: 'docker compose logs',
  pm2: 'PM2',
  foreman: 'a process manager',
  cri: 'Kubernetes CRI',
  kubectl: 'kubectl logs --prefix',
  'github-actions': 'GitHub Actions',
  gitlab: 'GitLab CI',
  syslog: 'syslog',
  heroku: 'Heroku',
  'cloud-foundry': 'Cloud Foundry',
  lambda: 'AWS Lambda',
  timestamp: 'a time before each line',
  prefix: 'a prefix before each line',
} as const;

export type FrameName = keyof typeof frameMeanings;

/** Frames in frames that are looked through: compose around a time around a line. */
export const maxFrames = 4;
