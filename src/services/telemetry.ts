import { integer, v } from '../base/schema.ts';
import { group, httpUrl, setting, unset } from './setting.ts';

const port = integer(0, 65_535);

export const telemetrySettings = group(
  {
    otlpEndpoint: unset(httpUrl, 'Where the services send spans by OTLP; unset: to the console'),
    receiver: group(
      {
        enabled: unset(
          v.boolean(),
          'Whether the tool takes spans in itself; unset: where otlpEndpoint is of this machine',
        ),
        httpPort: setting(port, 4318, 'Port for OTLP over HTTP; 0: a free one'),
        grpcPort: setting(port, 4317, 'Port for OTLP over gRPC; 0: a free one'),
      },
      "The tool's own receiver",
    ),
  },
  'Where spans go',
);
