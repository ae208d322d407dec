import { formatDuration } from '../base/duration.ts';
import { safeText } from '../base/safe-text.ts';
import type { CheckResult, Status } from '../check/result.ts';
import { byArea } from './by-area.ts';
import { detailsOf, evidenceText, reasonOf } from './failure-text.ts';
import type { Reporter } from './reporter.ts';
import { closingWords } from './summary-words.ts';

const signs: Record<Status, string> = { pass: '✔', fail: '✖', error: '!', skip: '○', blocked: '◌' };

/** One file that needs nothing else and runs nothing: no script, no font, no picture from anywhere. */
export const html: Reporter = {
  render(result) {
    const { checks, ok, durationMs, startedAt, stack, tool, endedBy } = result;
    const words = closingWords(result);
    const ended = endedBy ? ` (ended by ${endedBy})` : '';
    return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(`${ok ? 'passed' : 'failed'}: ${words} · meatymusic`)}</title>
<style>${style}</style>
</head>
<body>
<header class="${ok ? 'pass' : 'fail'}">
<h1>${ok ? '✔' : '✖'} ${escapeHtml(words)}</h1>
<p>${escapeHtml(`${stack.runtime} stack at ${stack.services.api.url} · ${startedAt} · ${formatDuration(durationMs)}${ended} · meatymusic ${tool.version}`)}</p>
</header>
<main>
${byArea(checks)
  .map(([area, own]) => section(area, own))
  .join('')}</main>
</body>
</html>
`;
  },
};

function section(area: string, checks: readonly CheckResult[]): string {
  return `<section>\n<h2>${escapeHtml(area)}</h2>\n${checks.map(entry).join('')}</section>\n`;
}

function entry(check: CheckResult): string {
  const { id, status, title, failureTitle, level, flaky } = check;
  const isOpen = status === 'fail' || status === 'error';
  const marks = [level === 'advisory' ? 'advisory' : '', flaky ? 'flaky' : ''].filter(Boolean).join(', ');
  const evidence = evidenceText(check, 100);
  const rows = detailsOf(check).map(
    ([name, text]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(text)}</dd>`,
  );
  return `<details class="${status}"${isOpen ? ' open' : ''}>
<summary><b>${signs[status]}</b> ${escapeHtml(isOpen ? failureTitle : title)} <code>${escapeHtml(id)}</code>${marks ? ` <i>${escapeHtml(marks)}</i>` : ''} <small>${escapeHtml(reasonOf(check))}</small></summary>
<dl>${rows.join('')}</dl>
${evidence.length > 0 ? `<pre>${escapeHtml(evidence.join('\n'))}</pre>\n` : ''}</details>
`;
}

function escapeHtml(text: string): string {
  return safeText(text)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;');
}

const style = `
:root{color-scheme:light dark;--pass:#1a7f37;--fail:#cf222e;--mute:#6e7781}
body{font:15px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem}
header{border-left:.4rem solid var(--pass);padding-left:1rem}header.fail{border-color:var(--fail)}
h1{font-size:1.4rem;margin:0}header p{color:var(--mute);margin:.2rem 0}h2{font-size:1.05rem;margin:1.6rem 0 .4rem}
details{border-bottom:1px solid #8884;padding:.3rem 0}summary{cursor:pointer}small,code,i{color:var(--mute)}
.pass b{color:var(--pass)}.fail b,.error b{color:var(--fail)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:.5rem 1.4rem}dt{color:var(--mute)}dd{margin:0;overflow-wrap:anywhere}
pre{margin:.5rem 1.4rem;padding:.6rem;overflow:auto;background:#8881;border-radius:.3rem;font-size:.85rem}
`;
