// Command genmcptypes writes mcptypes/types_gen.go: Go types for the
// definitions of a published schema of the Model Context Protocol.
//
//	go run ./genmcptypes                  (in the folder scripts; the default version)
//	go run ./genmcptypes -check           (fails when the files are not current)
//	go run ./genmcptypes -schema dir/2025-11-25/schema.json -package mcp -out mcp.go
//
// Without -schema it reads <dir>/2025-06-18/schema.json, where dir is the
// environment variable MCP_SCHEMA_DIR or ../shared/mcp/schema beside the
// repository. The schemas themselves are not part of the repository: the
// header of the generated file has the version and SHA-256 of the one that it
// was made from, and the SHA-256 of its own body, so that a hand edit is found
// where no schema is at hand.
//
// The work is done in steps, one file each: schema.go reads a schema and
// refuses every construct that it does not know, build.go turns definitions
// into Go types with the help of the tables in overlay.go, emit.go writes them,
// and samples.go makes JSON values of every definition for the round-trip test
// of the generated package. (spec: mcp, design notes for a Go generator)
package main
