// Package proctree finds out which processes belong together: those of a
// session or a process group, and what they have started, also where that has
// left both.
//
//	family := proctree.New(leader)
//	members, err := family.Members()
//
// [Descendants] are the processes below one, as their parents tell.
//
// It looks at all processes of the system, which takes some ten microseconds for
// each. There is no such look on Windows and other systems than Linux and macOS;
// [Family.Members] returns [ErrUnsupported] there.
package proctree
