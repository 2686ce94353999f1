// Package v1 carries out the methods of the first generation of the app-server
// protocol for one connection.
//
// A [Backend] is what all connections of a process share; [New] makes the
// methods of one connection, whose router hands every decoded request to
// [Methods.Route]. A connection follows each conversation through one follower,
// however many listeners it added, and the follower writes events, asks for
// approvals and answers interrupts in one order. (spec: app-server, ordering
// and concurrency)
//
// All methods are safe for concurrent use.
package v1
