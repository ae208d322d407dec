/** The style of the page; colours have a contrast of at least 4.5 to 1 (WCAG 2.2 AA) in both schemes. */
export const style = `
:root{color-scheme:light dark;--back:#fff;--text:#1f2328;--mute:#57606a;--line:#d0d7de;--soft:#f6f8fa;--pass:#1a7f37;--fail:#cf222e;--link:#0969da;
--s0:#0969da;--s1:#8250df;--s2:#bc4c00;--s3:#1b7c83;--s4:#bf3989;--s5:#4d7a0b}
@media(prefers-color-scheme:dark){:root{--back:#0d1117;--text:#e6edf3;--mute:#9198a1;--line:#3d444d;--soft:#151b23;--pass:#3fb950;--fail:#ff7b72;--link:#58a6ff;
--s0:#58a6ff;--s1:#bc8cff;--s2:#f0883e;--s3:#39c5cf;--s4:#f778ba;--s5:#a5d04a}}
*{box-sizing:border-box}
body{font:15px/1.5 system-ui,sans-serif;color:var(--text);background:var(--back);max-width:68rem;margin:0 auto;padding:1.5rem 1rem 4rem}
header{border-left:.4rem solid var(--pass);padding-left:1rem}header.fail{border-color:var(--fail)}
h1{font-size:1.4rem;margin:0}h2{font-size:1.05rem;margin:1.8rem 0 .4rem}h4{font-size:.85rem;margin:.6rem 0 .2rem}
header p{color:var(--mute);margin:.2rem 0}a{color:var(--link)}
small,code,i,figcaption,dt,.fact span,.exchange summary span{color:var(--mute)}code,pre{font-family:ui-monospace,monospace;font-size:.85rem}
.filters{position:sticky;top:0;z-index:1;display:flex;flex-wrap:wrap;gap:.5rem;align-items:center;padding:.7rem 0;background:var(--back);border-bottom:1px solid var(--line)}
.filters[hidden]{display:none}
button{font:inherit;font-size:.85rem;color:var(--text);background:var(--soft);border:1px solid var(--line);border-radius:1rem;padding:.15rem .8rem;cursor:pointer}
button[aria-pressed=true]{color:var(--back);background:var(--text)}
input{font:inherit;color:inherit;background:var(--soft);border:1px solid var(--line);border-radius:.4rem;padding:.2rem .6rem;width:14rem;max-width:100%}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.check{border-bottom:1px solid var(--line)}.check>summary,.stack>summary,.timeline summary{cursor:pointer;padding:.35rem 0}
summary,dd,p,figcaption{overflow-wrap:anywhere}
.check b{display:inline-block;min-width:1.2rem}.word{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden;white-space:nowrap}
.pass b,button.pass{color:var(--pass)}.fail b,.error b,button.fail,button.error{color:var(--fail)}.fail .title,.error .title{font-weight:600}
button[aria-pressed=true].pass,button[aria-pressed=true].fail,button[aria-pressed=true].error{color:var(--back)}
.fail[open]>summary small,.error[open]>summary small{display:none}
.body{margin:.3rem 0 1rem 1.5rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:.4rem 0}dd{margin:0}
figure{margin:.8rem 0}pre{margin:.3rem 0;padding:.6rem;overflow:auto;max-height:24rem;background:var(--soft);border-radius:.3rem}
.fact{margin:.2rem 0}.exchange{margin:.4rem 0}.exchange summary{cursor:pointer}
img{max-width:100%;border:1px solid var(--line);border-radius:.3rem}
table{border-collapse:collapse;margin:.6rem 0;font-size:.9rem}caption{text-align:left;color:var(--mute)}th,td{text-align:left;padding:.1rem .9rem .1rem 0;font-weight:400;vertical-align:top}
.history{display:flex;flex-wrap:wrap;gap:.1rem .4rem;list-style:none;margin:.2rem 0;padding:0}
.scroll{overflow-x:auto}svg{white-space:pre;min-width:44rem;width:100%;font:12px ui-monospace,monospace;fill:var(--text)}.time{text-anchor:end;fill:var(--mute)}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;list-style:none;margin:.3rem 0;padding:0;font-size:.85rem}.legend li{border-left-width:.8rem;border-left-style:solid;padding-left:.4rem}
.s0{fill:var(--s0);border-color:var(--s0)}.s1{fill:var(--s1);border-color:var(--s1)}.s2{fill:var(--s2);border-color:var(--s2)}.s3{fill:var(--s3);border-color:var(--s3)}.s4{fill:var(--s4);border-color:var(--s4)}.s5{fill:var(--s5);border-color:var(--s5)}
g.cut rect,g.error rect{stroke:var(--fail);stroke-width:2}g.cut text,p.cut{fill:var(--fail);color:var(--fail)}
rect.pass{fill:var(--pass)}rect.fail,rect.error{fill:var(--fail)}rect.skip{fill:var(--mute)}
@media(max-width:34rem){dl{grid-template-columns:1fr}dd{margin-bottom:.3rem}.body{margin-left:.2rem}}
`;
