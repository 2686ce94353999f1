// Package release makes a release of all modules of the repository, away from
// the working tree: in a clone, with a module proxy on disk that serves it as
// the world will see it.
//
//	r, err := release.Cut(ctx, release.Options{From: root, To: dir, Version: "v1.2.3"})
//	if err != nil {
//		return err
//	}
//	err = r.Verify(ctx, scratch) // a stranger imports every module and installs the program
//
// In a release the modules require each other at its version, no go.mod has
// replace lines (the go command installs no program from one that has), and
// each go.sum knows the hashes of the other modules. The commit lies on a branch
// of its own, because development goes on with replace lines. Each module has a
// tag, its folder and the version ("protocol/v1.2.3"), as the go command wants
// it.
//
// All modules have the same version at all times: they are tested together.
// Nothing is pushed anywhere. A [Release] may be used from one goroutine.
package release
