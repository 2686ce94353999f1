package patch

// Grammar is the strict form of the patch language.
// (spec: exec-and-tools, grammar)
const Grammar = `start: begin section+ end
begin: "*** Begin Patch" LF
end: "*** End Patch" LF?

section: add | delete | update
add: "*** Add File: " path LF added+
delete: "*** Delete File: " path LF
update: "*** Update File: " path LF move? change?
move: "*** Move to: " path LF

added: "+" /(.*)/ LF
change: (context | line)+ eof?
context: ("@@" | "@@ " /(.+)/) LF
line: ("+" | "-" | " ") /(.*)/ LF
eof: "*** End of File" LF

path: /(.+)/

%import common.LF
`

// Guide teaches the patch language to a model.
const Guide = `A patch stands between two marker lines and holds one section for each file:

*** Begin Patch
(one or more sections)
*** End Patch

A section begins with one of three headers:

*** Add File: <path>      creates a file; every following line is a line of the file with a + in front
*** Delete File: <path>   removes a file; nothing follows
*** Update File: <path>   edits a file in place; "*** Move to: <new path>" may follow at once and renames it

An update consists of hunks. A hunk begins with @@ and shows the lines around the change, each with one character in front: a space for a line that stays, - for a line that goes, + for a line that comes.

- Show three lines of what stays above and below each change, and do not repeat lines between two changes that are close together.
- When three lines are not enough to find the place, name the function or class it is in behind the @@, such as "@@ class Store"; several such lines narrow it down further.
- End a hunk with "*** End of File" when its last line is the last one of the file.

The grammar:

patch   := "*** Begin Patch" NEWLINE section+ "*** End Patch" NEWLINE?
section := add | delete | update
add     := "*** Add File: " path NEWLINE ("+" text NEWLINE)+
delete  := "*** Delete File: " path NEWLINE
update  := "*** Update File: " path NEWLINE ("*** Move to: " path NEWLINE)? hunk+
hunk    := ("@@" (" " text)? NEWLINE)* ((" " | "-" | "+") text NEWLINE)+ ("*** End of File" NEWLINE)?

An example:

*** Begin Patch
*** Add File: docs/hello.txt
+Hello
*** Update File: src/app.py
*** Move to: src/main.py
@@ def greet():
-    print("Hi")
+    print("Hello")
*** Delete File: old.txt
*** End Patch

Every path is relative, never absolute. The lines of a new file need their + too.`
