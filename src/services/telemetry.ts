import { integer, v } from '../base/schema.ts';
import { group, httpUrl, setting, unset } from './setting.ts';

const port = integer(0, 65_535);

export const telemetrySettings = group(
  {
    otlpEndpoint: unset(httpUrl, 'Where the services send spans over OTLP; unset: to the console'),
    receiver: group(
      {
        enabled: unset(
          v.boolean(),
          'Whether meatymusic receives spans itself; unset: if otlpEndpoint is on this machine',
        ),
        httpPort: setting(port, 4318, 'Port for OTLP over HTTP; 0: any free port'),
        grpcPort: setting(port, 4317, 'Port for OTLP over gRPC; 0: any free port'),
      },
      "The tool's own receiver",
    ),
  },
  'Where spans go',
);
