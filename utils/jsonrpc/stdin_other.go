//go:build !unix

package jsonrpc

import (
	"io"
	"os"
)

// InterruptibleReader returns a reader of f whose Close releases a Read in
// progress where the system offers a way. Here it does not: f itself is
// returned.
func InterruptibleReader(f *os.File) io.ReadCloser { return f }
