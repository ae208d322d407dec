/** Value in a page, as the DevTools protocol describes it. */
interface RemoteValue {
  type: string;
  subtype?: string;
  value?: unknown;
  unserializableValue?: string;
  description?: string;
  preview?: { properties: { name: string; value?: string }[] };
}

interface ExceptionDetails {
  text: string;
  exception?: RemoteValue;
}

/** Returns the text of a line of the console: its values, separated by spaces. */
export function consoleText(values: RemoteValue[]): string {
  return values.map(valueText).join(' ');
}

function valueText(value: RemoteValue): string {
  const { type, subtype, unserializableValue, description = '', preview } = value;
  if (type === 'undefined') return 'undefined';
  if ('value' in value) return String(value.value);
  if (unserializableValue) return unserializableValue;
  if (preview && description === 'Object') {
    return `{${preview.properties.map(({ name, value }) => `${name}: ${value}`).join(', ')}}`;
  }
  if (preview && subtype === 'array') return arrayText(preview.properties);
  return description;
}

/** Elements without a value are counted: `[1, empty x 2, 4]`. */
function arrayText(properties: { name: string; value?: string }[]): string {
  const parts: string[] = [];
  let next = 0;
  for (const { name, value } of properties) {
    const index = Number(name);
    if (!Number.isInteger(index)) continue;
    if (index > next) parts.push(index - next === 1 ? 'empty' : `empty x ${index - next}`);
    parts.push(String(value));
    next = index + 1;
  }
  return `[${parts.join(', ')}]`;
}

/** Returns the message of an uncaught error, without its name and its stack. */
export function exceptionText({ text, exception }: ExceptionDetails): string {
  if (!exception) return text;
  const { subtype, description, value } = exception;
  const lines = (description || String(value)).split('\n');
  const stackAt = lines.findIndex((line) => line.startsWith('    at'));
  const message = lines.slice(0, stackAt < 0 ? undefined : stackAt).join('\n');
  return (subtype === 'error' && /^[^:]*: ?(.+)$/s.exec(message)?.[1]) || message;
}
