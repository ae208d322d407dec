/**
 * Function that a page runs: its text as it is shown, that of open shadow roots and frames of the same origin among it; empty if all
 * of it is hidden. As a string: this program has no DOM to type it with.
 */
export const readShownText = String.raw`() => {
  const isOpaque = (element) => {
    for (let each = element; each; each = each.parentElement) {
      if (getComputedStyle(each).opacity === '0') return false;
    }
    return getComputedStyle(element).visibility === 'visible';
  };
  const hasBox = (node) => {
    const range = node.ownerDocument.createRange();
    range.selectNodeContents(node);
    return range.getClientRects().length > 0;
  };
  const isShown = (node) => node.data.trim() !== '' && hasBox(node) && (!node.parentElement || isOpaque(node.parentElement));
  const showsText = (root) => {
    const walker = root.ownerDocument.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) if (isShown(walker.currentNode)) return true;
    return false;
  };
  const parts = [];
  const add = (element) => { if (showsText(element)) parts.push(element.innerText); };
  const look = (root) => {
    for (const element of root.querySelectorAll('*')) {
      if (element.localName === 'iframe') {
        try { if (element.checkVisibility()) add(element.contentDocument.body); } catch {}
      }
      if (!element.shadowRoot) continue;
      for (const child of element.shadowRoot.childNodes) {
        if (child.nodeType === Node.TEXT_NODE) { if (isShown(child)) parts.push(child.data); }
        else if (child.nodeType === Node.ELEMENT_NODE) add(child);
      }
      look(element.shadowRoot);
    }
  };
  try {
    if (document.body) { add(document.body); look(document.body); }
  } catch {
    return document.body?.innerText;
  }
  return parts.join('\n');
}`;
