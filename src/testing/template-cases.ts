/** Variables of the templates. */
export const templateData = {
  Vars: {
    list: [1, 2],
    names: ['b', 'a'],
    map: { b: 1, a: ['x'] },
    yes: true,
    half: 1.5,
    text: 'x y',
    empty: '',
    none: null,
  },
  Env: { STAGE: 'ci' },
};

/** Template and what it becomes. The same table is put to goss itself in the integration test. */
export const rendered: [template: string, output: string][] = [
  ['{{ .Vars.text }} {{ .Vars.half }} {{ .Env.STAGE }}', 'x y 1.5 ci'],
  ['{{ .Vars.list }} {{ .Vars.map }} {{ .Vars.map.a }}', '[1 2] map[a:[x] b:1] [x]'],
  ['{{ index .Vars "none" }}', '<no value>'],
  ['{{ index .Vars.map.a 0 }} {{ index .Vars "map" "a" 0 }}', 'x x'],
  ['{{ get .Vars "none-such" }}|{{ hasKey .Vars "list" }}', '|true'],
  ['{{ 1.0 }} {{ 0x10 }} {{ 1e3 }} {{ "a\\tb" }} {{ `c"d` }}', '1 16 1000 a\tb c"d'],
  ['{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ end }}{{ $x }}', '2'],
  ['{{ $x := 1 }}{{ if true }}{{ $x := 2 }}{{ end }}{{ $x }}', '1'],
  ['{{ range $k, $v := .Vars.map }}{{ $k }}={{ $v }};{{ end }}', 'a=[x];b=1;'],
  ['{{ range $i, $e := .Vars.names }}{{ $i }}{{ $e }}{{ end }}', '0b1a'],
  ['{{ range until 3 }}{{ . }}{{ else }}none{{ end }}{{ range list }}{{ else }}none{{ end }}', '012none'],
  ['{{ with .Vars.text }}{{ . }}{{ else }}no{{ end }}', 'x y'],
  ['{{ if .Vars.empty }}a{{ else if eq .Env.STAGE "ci" }}b{{ else }}c{{ end }}', 'b'],
  ['a {{- "b" -}} c{{/* comment */}}', 'abc'],
  [
    '{{ eq "a" "b" "a" }} {{ ne 1 2 }} {{ lt 1 2 }} {{ le 2 2 }} {{ gt 1 2 }} {{ ge 2 1 }}',
    'true true true true false true',
  ],
  ['{{ and 1 0 }} {{ and 1 2 }} {{ or 0 "" }}| {{ or 0 3 }} {{ not .Vars.empty }}', '0 2 | 3 true'],
  ['{{ len "äb" }} {{ len .Vars.list }} {{ len .Vars.map }}', '3 2 2'],
  [
    '{{ add 1 2 3 }} {{ sub 5 3 }} {{ mul 3 4 }} {{ div 7 2 }} {{ mod 7 2 }} {{ max 1 3 2 }} {{ min 3 1 }}',
    '6 2 12 3 1 3 1',
  ],
  [
    '{{ ceil 1.2 }} {{ floor 1.8 }} {{ round 1.256 2 }} {{ int "12" }} {{ int64 3.7 }} {{ int "x" }}',
    '2 1 1.26 12 3 0',
  ],
  ['{{ untilStep 0 6 2 }} {{ seq 1 3 }}', '[0 2 4] 1 2 3'],
  ['{{ printf "%q %v %5d|%05.2f %t %-4s|%%" "a" 3 4 1.5 true "b" }}', '"a" 3     4|01.50 true b   |%'],
  ['{{ print 1 2 "a" "b" 3 }}', '1 2ab3'],
  [
    '{{ "abc" | title }} {{ upper "a" }} {{ toLower "A" }} {{ trim " a " }} {{ trimAll "$" "$5$" }}',
    'Abc A a a 5',
  ],
  [
    '{{ trimPrefix "a" "abc" }} {{ trimSuffix "c" "abc" }} {{ trunc 2 "abc" }} {{ trunc -2 "abc" }} {{ substr 0 2 "abc" }}',
    'bc ab ab bc ab',
  ],
  [
    '{{ nospace "a b" }} {{ repeat 2 "a" }} {{ replace "a" "b" "aa" }} {{ cat "a" 1 }} {{ quote "a" 1 }} {{ squote "a" }}',
    'ab aa bb a 1 "a" "1" \'a\'',
  ],
  ['{{ contains "a" "cat" }} {{ hasPrefix "a" "abc" }} {{ hasSuffix "a" "abc" }}', 'true true false'],
  [
    '{{ regexMatch "^a" "abc" }} {{ regexReplaceAll "(b)" "abc" "<${1}>" }} {{ regexFind "b." "abc" }}',
    'true a<b>c bc',
  ],
  ['{{ findStringSubmatch "(?P<x>b)" "abc" }} {{ get (findStringSubmatch "a(b)" "abc") "1" }}', 'map[x:b] b'],
  [
    '{{ b64enc "abc" }} {{ b64dec "YWJj" }} {{ sha1sum "a" }}',
    'YWJj abc 86f7e437faa5a7fce15d1ddcb9eaeaea377667b8',
  ],
  ['{{ join "," .Vars.list }} {{ splitList "," "a,b" }} {{ (split "," "a,b")._0 }}', '1,2 [a b] a'],
  [
    '{{ first .Vars.list }} {{ last .Vars.list }} {{ rest .Vars.list }} {{ initial .Vars.list }}',
    '1 2 [2] [1]',
  ],
  [
    '{{ append .Vars.list 3 }} {{ concat .Vars.list (list 9) }} {{ reverse .Vars.list }} {{ uniq (list 1 1 2) }}',
    '[1 2 3] [1 2 9] [2 1] [1 2]',
  ],
  [
    '{{ has 1 (list 1 2) }} {{ without (list 1 2) 1 }} {{ sortAlpha .Vars.names }} {{ compact (list "" "a") }}',
    'true [2] [a b] [a]',
  ],
  [
    '{{ dict "a" 1 "b" 2 }} {{ (dict "a" 1).a }} {{ keys (dict "a" 1) }} {{ pick (dict "a" 1 "b" 2) "a" }}',
    'map[a:1 b:2] 1 [a] map[a:1]',
  ],
  ['{{ omit (dict "a" 1 "b" 2) "a" }} {{ merge (dict "a" 1) (dict "a" 2 "b" 3) }}', 'map[b:2] map[a:1 b:3]'],
  [
    '{{ default "x" "" }} {{ default "x" .Vars.text }} {{ coalesce "" "y" }} {{ ternary "a" "b" true }} {{ empty "" }}',
    'x x y y a true',
  ],
  ['{{ toJson .Vars.list }} {{ (fromJson "[1]") }}', '[1,2] [1]'],
  [
    '{{ getEnv "STAGE" }} {{ getEnv "NONE" "else" }} {{ env "STAGE" }} {{ env "NONE" }}| {{ expandenv "x$STAGE" }}',
    'ci else ci | xci',
  ],
  ['{{ base "/a/b.c" }} {{ dir "/a/b.c" }} {{ ext "/a/b.c" }} {{ isAbs "/a" }}', 'b.c /a .c true'],
  ['{{ mkSlice "x" "y" | join "-" }}', 'x-y'],
];

/** Templates that goss also rejects: an unknown name is not an empty text. */
export const refused: [template: string, problem: string][] = [
  ['{{ .Vars.nope }}', 'there is no "nope" in .Vars.nope'],
  ['{{ .Env.NOPE }}', 'there is no "NOPE" in .Env.NOPE'],
  ['{{ if .Vars.nope }}1{{ end }}', 'there is no "nope" in .Vars.nope'],
  ['{{ .Vars.text.part }}', 'there is no "part" in .Vars.text.part'],
  ['{{ nonsense 1 }}', 'the template function "nonsense" is not supported'],
  ['{{ $none }}', 'there is no variable $none'],
  ['{{ fail "boom" }}', 'fail: boom'],
  ['{{ index .Vars.list 2 }}', 'index: there is no element 2 in a list of 2'],
  ['{{ if true }}', '{{if}} has no {{end}}'],
  ['{{ end }}', '{{end}} closes nothing'],
  ['{{ "open }}', '{{"open}} has an open quote or parenthesis'],
];
