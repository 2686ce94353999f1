// Package shellcmd understands commands that a model proposes. It runs nothing.
//
// A command is an argv, as tools receive it. Many are ["bash", "-lc", script];
// for those the package reads the script. It answers these questions:
//
//   - [Trusted]: may it run without asking anybody? [ResolveTrusted] then tells
//     whether the names in it lead to programs that the model cannot replace.
//   - [Dangerous]: must somebody be asked first, whatever the sandbox?
//   - [Parse]: what should a user see of it, in a few words?
//   - [PatchCall]: is it a call of apply_patch in disguise?
//
// A caller that decides about a command does this:
//
//	if reason, yes := shellcmd.Dangerous(argv); yes {
//		return ask(reason)
//	}
//	if v := shellcmd.Trusted(argv); v.Trusted {
//		if _, err := shellcmd.ResolveTrusted(v, lookup); err == nil {
//			return runSandboxed()
//		}
//	}
//
// Two readings of a script exist side by side. The raw words are what was
// typed, without quotes but with backslashes; displays use them ([Words]). The
// values are what bash hands to the program; trust and danger are judged on
// them ([Commands]). When a script is not made of plain words, or a reader could
// doubt it, the answer is an error, and the command counts as neither trusted
// nor harmless. Asking is always safe.
//
// [Split] and [Join] are the quoting rules used in displays.
//
// Everything here is a pure function of its arguments, except ResolveTrusted,
// which looks at the file system. Nothing keeps state; every function may be
// called from several goroutines at once.
package shellcmd
