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
// # Differences from the TypeScript of Codex 0.44
//
// Every type that 0.44 generates is here under its name, with every member under
// its name. What differs is what would mislead a client about the wire, and
// CompareTypeScript with a folder of 0.44 lists each place:
//
//   - 64-bit integers are number, not bigint: JSON.parse gives numbers, so that
//     code for bigint compiles and then fails when it runs.
//   - The durations of exec_command_end and mcp_tool_call_end are objects
//     ([protocol.Duration]), not strings.
//   - Members that the server leaves out when there is nothing to say are
//     optional, "name?: T | null"; 0.44 says that they are there. Members that
//     are always there stay required.
//   - Members that clients may leave out are optional too, and so are those of
//     SandboxPolicy that have a default: what 0.44 wants written still compiles.
//   - Tags of content, such as "text", are these texts and not any string, so
//     that unions can be told apart; the properties of a tool's schema are a map.
//   - New types: ClientResults and ServerResults (the result of each method),
//     EventNotification (codex/event/*) and Duration.
//
// A client that was written for the types of 0.44 has to be touched where it
// handled a bigint or a duration, and where it passes an optional member on as
// one that is there.
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
