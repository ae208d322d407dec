/** The script of the page, as it is in the file; the policy names its hash. `/` goes to the search, Escape empties it. */
export const script = `
const nav = document.querySelector('.filters');
const search = document.getElementById('search');
const shown = document.getElementById('shown');
const entries = [...document.querySelectorAll('details.check')].map((node) => ({ node, text: node.textContent.toLowerCase() }));
const pressed = new Set();
function apply() {
  const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
  let count = 0;
  for (const { node, text } of entries) {
    const kept = pressed.size === 0 || pressed.has(node.dataset.status) || (pressed.has('flaky') && 'flaky' in node.dataset);
    node.hidden = !kept || !words.every((word) => text.includes(word));
    if (!node.hidden) count++;
  }
  for (const section of document.querySelectorAll('main > section:not(.timeline)')) {
    section.hidden = !section.querySelector('details.check:not([hidden])');
  }
  shown.textContent = count === entries.length ? '' : count + ' of ' + entries.length;
}
nav.hidden = false;
nav.addEventListener('click', ({ target }) => {
  const button = target.closest('button');
  if (!button) return;
  const on = !pressed.has(button.dataset.filter);
  pressed[on ? 'add' : 'delete'](button.dataset.filter);
  button.setAttribute('aria-pressed', String(on));
  apply();
});
search.addEventListener('input', apply);
document.addEventListener('keydown', (event) => {
  if (event.key === '/' && document.activeElement !== search) {
    event.preventDefault();
    search.focus();
  }
  if (event.key === 'Escape' && document.activeElement === search) {
    search.value = '';
    apply();
  }
});
document.addEventListener('click', async ({ target }) => {
  const button = target.closest('[data-copy]');
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = 'Copied';
  } catch {
    getSelection().selectAllChildren(button.previousElementSibling);
    button.textContent = 'Selected: press Ctrl+C';
  }
});
function openTarget() {
  const node = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (node) node.open = true;
}
addEventListener('hashchange', openTarget);
openTarget();
`;
