import { expect, test } from 'vitest';
import { comparable, headingsOf, readHtml } from './html-text.ts';

test.each([
  ['a<!-- b\nc -->d<!---->e', 'ade'],
  ['a<!-- never closed', 'a'],
  ['<p>a  \n b</p>\n\n<p>c</p>', 'a b\nc'],
  ['a<div></div><div> </div>b', 'a\nb'],
  ['<p>a<b class="x">b</b>c<my-tag>d</my-tag></p>', 'abcd'],
  ['<script>a</script>b<style>c</style><noscript>d</noscript><script>e', 'b'],
  ['<p hidden>a</p><p>b</p><div class="x" hidden="">c</div>', 'b'],
  ['&#x41;&#x1F600;&#x000042;&#67;&#0000068;&amp;&lt;', 'A😀BCD&<'],
  ['&#65 &#x42 &amp c', 'A B & c'],
  ['&#0;&#1114111;&#1114112;&#x110000;', '\ufffd\u{10ffff}\ufffd\ufffd'],
  ['&unknown; &a', '&unknown; &a'],
])('the text of %s', (html, text) => {
  expect(readHtml(html).text).toBe(text);
});

test.each([
  ['<title>a</title>', 'a'],
  ['<TITLE lang="en">a\n &amp;  b</TITLE>', 'a & b'],
  ['<title>a', 'a'],
  ['<!-- <title>b</title> --><title>a</title>', 'a'],
  ['<h1>a</h1>', ''],
])('the title of %s', (html, title) => {
  expect(readHtml(html).title).toBe(title);
});

test.each([
  ['<h1>a</h1>', ['a']],
  ['<h1 class="x" id="y">a <b>b</b>\n<br>c</h1><H1>d</H1>', ['a b c', 'd']],
  ['<!-- <h1>a</h1>\n--><h1></h1>', ['']],
  ['<!--x<h1>a</h1>y-->', []],
  ['<h10>a</h10>', []],
])('the headings of %s', (html, headings) => {
  expect(headingsOf(html)).toEqual(headings);
  expect(readHtml(html).headings).toEqual(headings);
});

test('texts are compared without case, kinds of space and invisible characters', () => {
  expect(comparable(' Tune\u00a0\u200b &\n “Co’s” ')).toBe('tune & "co\'s"');
});
