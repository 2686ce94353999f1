// Package schema describes the wire types of package protocol as JSON Schema
// and as TypeScript, from the same registries and struct tags that drive the
// codec. Only generators and the command line import it.
//
//	paths, err := schema.WriteJSON(dir)         // codex.schema.json, and one file a type
//	paths, err = schema.WriteTypeScript(dir)    // one file a type, and index.ts
//	changes, err := schema.CompareJSON(oldDir)  // what changed since oldDir was written
//
// # What is described
//
// The JSON Schema covers the app-server protocol, the operations and events of
// conversations, model items and the lines of recordings; the TypeScript covers
// the app-server protocol. What clients write is described as it is accepted:
// a member that has a default may be missing. Everything else is described as
// it is written: a member that is null when there is nothing to say is always
// there. Where newer releases may add cases to a union, JSON Schema accepts
// them and TypeScript leaves them out, so that its unions can be told apart.
//
// # How
//
// Describe walks the Go types (package wire says how each field stands on the
// wire) and turns them into forms. The writers of both languages, their
// readers, and the comparison know forms only. Names that differ from those in
// Go, types that write themselves, and comments that speak of Go stand in one
// table each; the other texts are the comments of the Go types, which
// scripts/genprotocol copies into texts_gen.go.
//
// A Protocol does not change and is safe for concurrent use. Writing to a
// folder is not coordinated with others who write there.
package schema
