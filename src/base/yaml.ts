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

const maxCharacters = 1024 * 1024;
const maxAliases = 100;
/** A value that is written once and named a thousand times counts a thousand times, as everything that reads it walks so far. */
const maxValues = 100_000;
const schema = CORE_SCHEMA.withTags(mergeTag);

/** Reads one document, JSON included. An empty text is `undefined`. Throws a `YamlProblem` at the first thing that is wrong. */
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

/** What is quoted may be a part of the text, and that a secret. */
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

/** The document's value: behind the event that opens the document. */
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

/** Where a value stands. What is in it is looked for when it is asked for: mostly nobody wants to know. */
class Place {
  readonly line: number;
  readonly #source: Source;
  /** The position of its first event. */
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
      // A value in a map has the line of its key, one that is not written that of what is before it.
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

/** Of a map its keys and values in turns, of a list its items: the position of the first event of each. */
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

/** Negative where it stands nowhere: a value that is left out. */
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
