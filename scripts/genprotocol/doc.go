// Command genprotocol writes the descriptions of the protocol from its
// registries: protocol/schema/*.schema.json, protocol/ts/*.ts, and the texts of
// both, protocol/schema/texts_gen.go, from the comments of the Go types.
//
//	go run ./genprotocol                (in the folder scripts)
//	go run ./genprotocol -check         (fails when a file is not current)
//	go run ./genprotocol -samples DIR   (TypeScript that a compiler must accept)
package main
