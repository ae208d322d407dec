import { describe, expect, it } from 'vitest';
import { receiverWish } from './receiver.ts';

const wish = (otlpEndpoint?: string, enabled?: boolean) =>
  receiverWish({
    ...(otlpEndpoint ? { otlpEndpoint } : {}),
    receiver: { ...(enabled === undefined ? {} : { enabled }), httpPort: 4318, grpcPort: 4317 },
  });

describe('receiverWish', () => {
  it('wants none where nothing is configured, where the endpoint is elsewhere, and where it is switched off', () => {
    expect(wish()).toBeUndefined();
    expect(wish('http://otel:4318')).toBeUndefined();
    expect(wish('https://localhost:4318')).toBeUndefined();
    expect(wish('http://localhost:4318', false)).toBeUndefined();
  });

  it('takes the port of an endpoint on this machine, which may be a collector’s', () => {
    expect(wish('http://localhost:5000')).toEqual({
      httpPort: 5000,
      grpcPort: 4317,
      asked: false,
      instead: 'http://localhost:5000',
    });
  });

  it('gives HTTP its own port where the endpoint is the port of gRPC', () => {
    expect(wish('http://127.0.0.1:4317')).toMatchObject({ httpPort: 4318, grpcPort: 4317 });
  });

  it('takes the configured ports when asked, and says whose spans it takes away', () => {
    expect(wish(undefined, true)).toEqual({ httpPort: 4318, grpcPort: 4317, asked: true });
    expect(wish('http://[::1]:5000', true)).toEqual({ httpPort: 5000, grpcPort: 4317, asked: true });
    expect(wish('http://otel:4318', true)).toMatchObject({ httpPort: 4318, instead: 'http://otel:4318' });
  });
});
