import type { SopsFormat } from '../format.ts';

/** Texts to be encrypted, each for what is odd about it. */
export const inputs: Record<Exclude<SopsFormat, 'binary'>, Record<string, string>> = {
  yaml: {
    secret: `apiVersion: v1
kind: Secret
metadata:
    name: database
    namespace: apps
    labels:
        app: web
type: Opaque
stringData:
    username: admin
    password: "correct: horse #battery"
data:
    token: c2VjcmV0Cg==
`,
    values: `# Values of a chart
replicaCount: 2
image:
  repository: example.com/web # the registry
  tag: "1.10"
# who may connect
auth:
  # of the database
  password: s3cr3t
  users:
    - name: a
      admin: true
    # the second
    - name: b
      admin: false
resources: {}
tolerations: []
`,
    types: `string: text
number: 42
negative: -7
zero: 0
big: 9223372036854775807
octal: 0o17
hex: 0xFF
float: 1.5
exponent: 1e10
tiny: 1.5e-7
large: 123456789012345678901234567890
one: 1.0
yes: yes
"true": true
"false": False
nothing: null
tilde: ~
empty: ""
void:
date: 2026-01-31
time: 2026-01-31T12:30:00.5+02:00
dated: "2026-01-31"
numbered: "42"
`,
    texts: `literal: |
  one
  two

  three
stripped: |-
  one
  two
kept: |+
  one

folded: >
  one
  two

  three
quoted: "tab\\tbell\\a nul\\0 line\\nbreak \\u263a"
single: 'it''s'
colon: 'a: b'
hash: 'a #b'
lead: ' x'
trail: 'x '
dash: '- a'
question: '? a'
at: '@a'
star: '*a'
unicode: grüße 日本 😀
merge: "<<"
breaks: "a\\n  b\\n c\\n"
indented: "  a\\n b"
spaces: "a \\n b"
long: aaaaaaaaaa bbbbbbbbbb cccccccccc dddddddddd eeeeeeeeee ffffffffff gggggggggg hhhhhhhhhh iiiiiiiiii
`,
    keys: `"2": a
"1": b
"true": c
"null": d
"a b": e
"a: b": f
"": g
"~": h
"<<":
  i: j
y: j
n: k
"1.0": l
"*x": m
"quote\\"": n
ключ: o
__proto__: p
constructor: q
`,
    nested: `a:
  b:
    c:
      d:
        - e:
            f:
              - - 1
                - 2
              - - 3
              - g: h
                i:
                  - j
    k: l
m:
  - n
  -
    - o
    - p:
        q: r
`,
    comments: `# head
# of the file

# of a
a: 1 # behind a
b:
    # of c
    c: x
    # end of b
# of d
d:
    - 1
    # of 2
    - 2
e: f # behind e
# end
`,
    trailing: `users:
    - name: a
      opts:
        x: 1
      # ends the user
    # between the users
    - name: b
      roles: []
      # ends the second
    - - 1
      # in a list
    # ends the users
quota:
    hard:
        cpu: 1
    # ends the quota
limits: {} # none
taints: [] # none either
data:
    # of the password
    password: x # behind it
    # ends the data
# last
`,
    documents: `a: 1
# end of the first
---
b: two
---
# head of the third
c:
  - 3
`,
    anchors: `base: &base
  user: a
  password: b
copy: *base
merged:
  <<: *base
  password: c
list: &list [1, 2]
again: *list
`,
    flow: `{a: 1, b: [x, "y", {c: d}], e: {}, f: []}
`,
    json: '{"a": {"b": "c"}, "d": [1, 2.5, true, null]}\n',
    carriage: 'a: 1\r\nb: |\r\n  x\r\n  y\r\nc: z\r\n',
    suffixes: `plain_unencrypted: a
password: b
password_enc: c
nested_unencrypted:
  x: 1
  y: [2, 3]
nested_enc:
  z: 4
data:
  key: value
metadata:
  name: n
`,
    marked: `# sops:plain
a: 1
# sops:secret
b: 2
c: 3
d:
    # sops:plain
    e: 5
    # sops:secret
    f: 6
# sops:secret
g:
    h: 7
    i:
        - 8
# sops:plain
j:
    - 9
    - k: 10
# nothing
l: 11
m: 12 # sops:secret
o: 13 # sops:plain
`,
  },
  json: {
    object: '{"a": "b", "c": {"d": 1, "e": [true, null, "x", {"f": 2.5}]}, "g": ""}\n',
    numbers: '{"int": 1, "big": 9007199254740993, "float": 1.0, "exp": 1e3, "neg": -0.5, "small": 1e-9, "huge": 1e22}\n',
    order: '{"2": 1, "1": 2, "b": 3, "a": 4, "__proto__": 5}\n',
    escapes: '{"html": "<a href=\\"x\\">&</a>", "sep": "\\u2028", "tab": "\\t", "nul": "\\u0000", "smile": "\\ud83d\\ude00", "slash": "a\\/b", "del": "\\u007f"}\n',
    empty: '{"o": {}, "l": [], "s": ""}\n',
    docker: '{"auths": {"registry.example.com": {"username": "u", "password": "p", "auth": "dTpw"}}}',
    suffixes: '{"plain_unencrypted": "a", "password": "b", "password_enc": "c", "nested_enc": {"x": 1}, "data": {"k": "v"}, "metadata": {"name": "n"}}',
    deep: '{"a":{"b":{"c":{"d":{"e":{"f":[[[["x"]]]]}}}}}}',
  },
  dotenv: {
    plain: 'A=1\nB=two words\nC=\n# a comment\nD="quoted"\nE=a=b=c\n',
    breaks: 'KEY=line one\\nline two\\n\n\n\n#\nEMPTY=\n',
    odd: 'export A=1\n B=2\nC.D-E=3\nF= leading\nG=trailing \nunicode=grüße\n#no space\nH=#not a comment\n',
    suffixes: 'plain_unencrypted=a\npassword=b\npassword_enc=c\ndata=d\nmetadata=e\n',
    bare: 'A=1',
  },
  ini: {
    plain: '[web]\nhost = example.com\nport=80\n\n[db]\nuser: root\npassword = p\n',
    comments: '; of the file\ntop = 1\n\n# of web\n[web]\n; of host\nhost = a\n# of port\n# in two lines\nport = 80 ; behind\n',
    values: '[a]\nquoted = "a b"\nsingle = \'it\'\nlines = """one\ntwo"""\nticks = `a#b;c`\nspaces = "  x "\nempty =\nlong_name = 1\n"k=y" = v\n',
    suffixes: '[a]\nplain_unencrypted = a\npassword = b\npassword_enc = c\n[data]\nx = d\n[metadata]\ny = e\n',
  },
};

/** Bytes that are no text, as base64, and texts. */
export const binaries: Record<string, Buffer> = {
  text: Buffer.from('-----BEGIN KEY-----\nabc\n-----END KEY-----\n'),
  bytes: Buffer.from([0, 255, 254, 128, 10, 13, 0, 195, 40]),
  all: Buffer.from(Array.from({ length: 256 }, (_, i) => i)),
  json: Buffer.from('{"data": "x"}'),
  bom: Buffer.from('\ufeffa: b\r\n'),
};
