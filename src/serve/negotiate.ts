/** A format in which the verdict is served: a built-in reporter and its media type. */
export interface Format {
  reporter: string;
  contentType: string;
}

const utf8 = '; charset=utf-8';

/** The first is the default. Each is also `application/vnd.meatymusic-<reporter>`. */
const formats: readonly { reporter: string; types: readonly string[] }[] = [
  { reporter: 'pretty', types: ['text/plain'] },
  { reporter: 'json', types: ['application/json'] },
  { reporter: 'html', types: ['text/html', 'application/xhtml+xml'] },
  { reporter: 'junit', types: ['application/xml', 'text/xml'] },
  { reporter: 'jsonl', types: ['application/x-ndjson', 'application/jsonl'] },
  { reporter: 'markdown', types: ['text/markdown'] },
  { reporter: 'tap', types: ['text/x-tap'] },
  { reporter: 'prometheus', types: [] },
];

const vendorType = (reporter: string) => `application/vnd.meatymusic-${reporter}`;

/** The media types that can be asked for. */
export const offeredTypes: readonly string[] = formats.flatMap(({ reporter, types }) => [
  ...types.slice(0, 1),
  vendorType(reporter),
]);

interface Range {
  type: string;
  quality: number;
}

/** Longest header that is read; the default applies beyond. */
const longestHeader = 2000;

/**
 * Returns the format that an `Accept` header prefers (RFC 9110, 12.5.1); of equal ones the more specific, then the one
 * that is named first. `undefined`: none is acceptable.
 */
export function negotiate(accept: string | undefined): Format | undefined {
  const header = accept?.trim() ?? '';
  const ranges = header === '' || header.length > longestHeader ? anything : parseRanges(header);
  const refused = new Set(ranges.filter(({ quality }) => quality === 0).map(({ type }) => type));
  const wanted = ranges
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality || specificity(b.type) - specificity(a.type));
  for (const { type } of wanted) {
    for (const { reporter, types } of formats) {
      const own = [...types, vendorType(reporter)];
      const fit = own.find((each) => covers(type, each) && !refused.has(each));
      if (fit) return { reporter, contentType: `${fit}${utf8}` };
    }
  }
  return undefined;
}

const anything: readonly Range[] = [{ type: '*/*', quality: 1 }];

function parseRanges(header: string): Range[] {
  return header.split(',').map((part) => {
    const [type = '', ...parameters] = part.split(';').map((word) => word.trim().toLowerCase());
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    const quality = weight === undefined ? 1 : Number(weight.slice(2));
    return { type, quality: quality >= 0 && quality <= 1 ? quality : 0 };
  });
}

function specificity(type: string): number {
  return type === '*/*' ? 0 : type.endsWith('/*') ? 1 : 2;
}

function covers(range: string, type: string): boolean {
  return range === '*/*' || range === type || (range.endsWith('/*') && type.startsWith(range.slice(0, -1)));
}
