object 7a51f8654c89aef6ae5a2f7a0abd00a03ca85012
type commit
tag v3
tagger Ann <ann@example.com> 1795965336 +0000

Annotated
