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
import { createLineFinder } from './line-finder.ts';

/** Keys and indexes from the top. */
export type YamlPath = readonly (string | number)[];

/** Value of a YAML 1.2 text, with the lines of its parts. */
export interface YamlDocument {
  value: unknown;
  /** Returns the line, from 1, of the value at the path; if there is none, that of its nearest ancestor, with `exact` false. */
  locate(path: YamlPath): { line: number; exact: boolean };
}

/** Error of a text that is not YAML: `line` from 1; the reason does not quote the text. */
export class YamlProblem extends Error {
  readonly line: number | undefined;

  constructor(reason: string, line?: number) {
    super(reason);
    this.name = 'YamlProblem';
    this.line = line;
  }
}

const maxCharacters = 1024 * 1024;
const maxAliases = 100;
/** Values with aliases expanded: a value with a thousand aliases counts a thousand times. */
const maxValues = 100_000;
const schema = CORE_SCHEMA.withTags(mergeTag);

/** Reads one document, JSON included. An empty text has the value `undefined`. Throws a `YamlProblem` at the first error. */
export function readYaml(text: string): YamlDocument {
  if (text.length > maxCharacters) throw new YamlProblem('is larger than 1 MiB');
  try {
    const events = parseEvents(text, {});
    const documents = constructFromEvents(events, { source: text, schema, maxAliases });
    if (documents.length > 1)
      throw new YamlProblem('there is more than one document', lineOfSecond(events, text));
    assertSmall(documents[0]);
    const top = topOf(events, text);
    return { value: documents[0], locate: (path) => locate(top, path) };
  } catch (error) {
    if (error instanceof YAMLException) throw new YamlProblem(withoutText(error.reason), lineOfMark(error));
    if (error instanceof RangeError) throw new YamlProblem('nested too deeply');
    throw error;
  }
}

function assertSmall(value: unknown): void {
  const counts = new Map<object, number>();
  const open = new Set<object>();
  const count = (at: unknown): number => {
    if (typeof at !== 'object' || at === null) return 1;
    const known = counts.get(at);
    if (known !== undefined) return known;
    if (open.has(at)) throw new YamlProblem('an alias names the value that holds it');
    open.add(at);
    const total = Object.values(at).reduce<number>((sum, child) => sum + count(child), 1);
    open.delete(at);
    counts.set(at, total);
    return total;
  };
  if (count(value) > maxValues)
    throw new YamlProblem('holds more than 100,000 values, with its aliases expanded');
}

/** Removes quotations of the text, which may contain a secret. */
function withoutText(reason: string): string {
  return reason.replace(/\s*(?:".*"|<.*>|'.*')/s, '');
}

function lineOfMark({ mark }: YAMLException): number | undefined {
  return mark && mark.line + 1;
}

function locate(top: Place, path: YamlPath): { line: number; exact: boolean } {
  let place = top;
  for (const part of path) {
    const next = place.child(String(part));
    if (!next) return { line: place.line, exact: false };
    place = next;
  }
  return { line: place.line, exact: true };
}

/** Returns the value of the document: the event after the start of the document. */
function topOf(events: readonly Event[], text: string): Place {
  const lineAt = createLineFinder(text);
  const start = events[1] ? startOf(events[1]) : -1;
  return new Place({ text, events, lineAt }, 1, start < 0 ? 1 : lineAt(start));
}

interface Source {
  text: string;
  events: readonly Event[];
  lineAt(offset: number): number;
}

/** Position of a value. Its children are located on demand, as most are never needed. */
class Place {
  readonly line: number;
  readonly #source: Source;
  /** Index of its first event. */
  readonly #at: number;
  #children: Map<string, Place> | undefined;

  constructor(source: Source, at: number, line: number) {
    this.#source = source;
    this.#at = at;
    this.line = line;
  }

  child(name: string): Place | undefined {
    this.#children ??= this.#read();
    return this.#children.get(name);
  }

  #read(): Map<string, Place> {
    const { text, events, lineAt } = this.#source;
    const children = new Map<string, Place>();
    const isMap = events[this.#at]?.type === EVENT_ID.MAPPING;
    let line = this.line;
    let key: string | undefined;
    for (const at of positionsWithin(events, this.#at)) {
      const event = events[at] as Event;
      // A value in a map has the line of its key; an omitted value has the line of the value before it.
      if (key === undefined && startOf(event) >= 0) line = lineAt(startOf(event));
      if (!isMap) children.set(String(children.size), new Place(this.#source, at, line));
      else if (key === undefined) key = event.type === EVENT_ID.SCALAR ? getScalarValue(text, event) : '';
      else {
        children.set(key, new Place(this.#source, at, line));
        key = undefined;
      }
    }
    return children;
  }
}

/** Returns the index of the first event of each key and value of a map, or of each item of a list. */
function positionsWithin(events: readonly Event[], at: number): number[] {
  const positions: number[] = [];
  let depth = 0;
  for (let index = at; index < events.length; index++) {
    const { type } = events[index] as Event;
    if (depth === 1 && type !== EVENT_ID.POP) positions.push(index);
    if (type === EVENT_ID.MAPPING || type === EVENT_ID.SEQUENCE) depth++;
    else if (type === EVENT_ID.POP) depth--;
    if (depth <= 0) break;
  }
  return positions;
}

/** Returns the start of an event; negative for an omitted value. */
function startOf(event: Event): number {
  if ('valueStart' in event) return event.valueStart;
  if ('start' in event) return event.start;
  return 'anchorStart' in event ? event.anchorStart : -1;
}

function lineOfSecond(events: readonly Event[], text: string): number {
  let documents = 0;
  for (const event of events) {
    if (event.type === EVENT_ID.DOCUMENT) documents++;
    if (documents > 1 && startOf(event) >= 0) return createLineFinder(text)(startOf(event));
  }
  return 1;
}
