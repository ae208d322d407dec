const months = 'JanFebMarAprMayJunJulAugSepOctNovDec';

/** When a log line says that it was written: JSON with a usual time field, ISO 8601 at its start, or Redis's own form. */
export function lineTimeMs(line: string): number | undefined {
  const head = line.slice(0, 4096);
  const field = /"(?:time|timestamp|@timestamp|ts)"\s*:\s*(?:"([^"]{10,40})"|(\d{10,16}(?:\.\d+)?))/.exec(
    head,
  );
  if (field?.[1]) return valid(Date.parse(field[1]));
  if (field?.[2]) return Number(field[2]) * (Number(field[2]) < 1e11 ? 1000 : 1);
  const iso = /^\[?(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)/.exec(head)?.[1];
  if (iso) return valid(Date.parse(iso.replace(',', '.').replace(' ', 'T')));
  const redis = /^\d+:[A-Z] (\d\d) (\w{3}) (\d{4}) (\d\d):(\d\d):(\d\d)\.(\d{3})/.exec(head);
  if (!redis) return undefined;
  const [day, month, year, hour, minute, second, ms] = redis.slice(1) as string[];
  const monthIndex = months.indexOf(month as string) / 3;
  return new Date(+year!, monthIndex, +day!, +hour!, +minute!, +second!, +ms!).getTime();
}

function valid(ms: number): number | undefined {
  return Number.isNaN(ms) ? undefined : ms;
}
