import {
  CORE_SCHEMA,
  constructFromEvents,
  EVENT_ID,
  type Event,
  getScalarValue,
  mergeTag,
  parseEvents,
  YAMLException,
} from 'js-yaml';

/** Keys and indexes from the top. */
export type YamlPath = readonly (string | number)[];

/** What a YAML 1.2 text says, and where in it. */
export interface YamlDocument {
  value: unknown;
  /** The line, from 1, of the value at the path; where there is none, of the nearest thing around it, and `exact` is false. */
  locate(path: YamlPath): { line: number; exact: boolean };
}

/** Why a text is not YAML: `line` from 1; the reason holds nothing of the text. */
export class YamlProblem extends Error {
  readonly line: number | undefined;

  constructor(reason: string, line?: number) {
    super(reason);
    this.name = 'YamlProblem';
    this.line = line;
  }
}

/** A value that is written once and named a thousand times is as large as a thousand. */
const maxAliases = 100;
const schema = CORE_SCHEMA.withTags(mergeTag);

/** Reads one document, JSON included. An empty text is `undefined`. Throws a `YamlProblem` at the first thing that is wrong. */
export function readYaml(text: string): YamlDocument {
  try {
    const events = parseEvents(text, {});
    const documents = constructFromEvents(events, { source: text, schema, maxAliases });
    if (documents.length > 1)
      throw new YamlProblem('there is more than one document', lineOfSecond(events, text));
    const top = placesOf(events, text);
    return { value: documents[0], locate: (path) => locate(top, path) };
  } catch (error) {
    if (error instanceof YAMLException) throw new YamlProblem(withoutText(error.reason), lineOfMark(error));
    if (error instanceof RangeError) throw new YamlProblem('nested too deeply');
    throw error;
  }
}

/** What is quoted may be a part of the text, and that a secret. */
function withoutText(reason: string): string {
  return reason.replace(/\s*(?:".*"|<.*>|'.*')/s, '');
}

function lineOfMark({ mark }: YAMLException): number | undefined {
  return mark && mark.line + 1;
}

/** A value's line, and what is in it. */
interface Place {
  line: number;
  children?: Map<string, Place>;
}

function locate(top: Place, path: YamlPath): { line: number; exact: boolean } {
  let place = top;
  for (const part of path) {
    const next = place.children?.get(String(part));
    if (!next) return { line: place.line, exact: false };
    place = next;
  }
  return { line: place.line, exact: true };
}

/** An open map or list; in a map, `key` waits for its value. */
interface Open {
  place: Place;
  isMap: boolean;
  key?: { name: string; line: number } | undefined;
}

/** One pass over the events, which stand in the order of the text. A value in a map has the line of its key. */
function placesOf(events: readonly Event[], text: string): Place {
  const lineAt = createLineCounter(text);
  const top: Place = { line: 1 };
  const open: Open[] = [];
  /** Enters a value into what is open; a map's key is no value. */
  const enter = (line: number, scalar?: string): Place | undefined => {
    const within = open.at(-1);
    if (!within) {
      top.line = line;
      return top;
    }
    const { place, isMap, key } = within;
    place.children ??= new Map();
    if (!isMap) {
      const child = { line };
      place.children.set(String(place.children.size), child);
      return child;
    }
    if (!key) {
      within.key = { name: scalar ?? '', line };
      return undefined;
    }
    const child = { line: key.line };
    place.children.set(key.name, child);
    within.key = undefined;
    return child;
  };
  for (const event of events) {
    switch (event.type) {
      case EVENT_ID.SCALAR:
        enter(lineAt(event.valueStart), getScalarValue(text, event));
        break;
      case EVENT_ID.ALIAS:
        enter(lineAt(event.anchorStart));
        break;
      case EVENT_ID.MAPPING:
      case EVENT_ID.SEQUENCE: {
        const place = enter(lineAt(event.start)) ?? { line: 1 };
        open.push({ place, isMap: event.type === EVENT_ID.MAPPING });
        break;
      }
      case EVENT_ID.POP:
        open.pop();
        break;
      default:
    }
  }
  return top;
}

function lineOfSecond(events: readonly Event[], text: string): number {
  let documents = 0;
  for (const event of events) {
    if (event.type === EVENT_ID.DOCUMENT) documents++;
    const start = 'start' in event ? event.start : 'valueStart' in event ? event.valueStart : -1;
    if (documents > 1 && start >= 0) return createLineCounter(text)(start);
  }
  return 1;
}

/** Lines from 1 for offsets that come in rising order; one that does not gets the line of the last. */
function createLineCounter(text: string): (offset: number) => number {
  let line = 1;
  let next = text.indexOf('\n');
  return (offset) => {
    while (next !== -1 && next < offset) {
      line++;
      next = text.indexOf('\n', next + 1);
    }
    return line;
  };
}
