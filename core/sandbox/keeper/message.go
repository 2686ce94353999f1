package keeper

import (
	"encoding/binary"
	"errors"
)

// kind is what a message says.
type kind byte

// Kinds of messages, from the server to the keeper and back.
const (
	start   kind = 's' // a command; the value is its size
	release kind = 'r' // the server is done with the command
	started kind = 'p' // the value is the process id of the command
	failed  kind = 'e' // the command was not started; the value is an error number
	ended   kind = 'x' // the command has ended; the value is its wait status
	alone   kind = 'a' // so it has, and left nobody, which nobody need confirm
	free    kind = 'f' // nothing is left of the command, and another one may come
)

// headSize is the size of a message without what follows it, in bytes.
const headSize = 5

// maxFiles bounds the files of a command.
const maxFiles = 8

// errMalformed means that one of the two does not keep to the protocol.
var errMalformed = errors.New("malformed message")

func head(k kind, value uint32) []byte {
	return binary.BigEndian.AppendUint32([]byte{byte(k)}, value)
}

// Command is what to start.
type Command struct {
	// Path is the file to execute and Dir the working directory, both absolute.
	Path, Dir string
	// Argv begins with the name, and Env is the whole environment.
	Argv, Env []string
	// Terminal makes the standard input the controlling terminal.
	Terminal bool
}

// encode returns a start.
func (c *Command) encode() []byte {
	size := headSize + 1
	for _, list := range [][]string{{c.Path, c.Dir}, c.Argv, c.Env} {
		size += 4
		for _, s := range list {
			size += 4 + len(s)
		}
	}
	b := make([]byte, headSize, size)
	terminal := byte(0)
	if c.Terminal {
		terminal = 1
	}
	b = append(b, terminal)
	for _, list := range [][]string{{c.Path, c.Dir}, c.Argv, c.Env} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(list)))
		for _, s := range list {
			b = append(binary.BigEndian.AppendUint32(b, uint32(len(s))), s...)
		}
	}
	copy(b, head(start, uint32(len(b)-headSize)))
	return b
}

// decode reads what follows the head of a start.
func decode(b []byte) (*Command, error) {
	if len(b) == 0 {
		return nil, errMalformed
	}
	c := &Command{Terminal: b[0] != 0}
	b = b[1:]
	number := func() (n int, ok bool) {
		if len(b) < 4 {
			return 0, false
		}
		n = int(binary.BigEndian.Uint32(b))
		b = b[4:]
		return n, n <= len(b)
	}
	var place []string
	for _, list := range []*[]string{&place, &c.Argv, &c.Env} {
		n, ok := number()
		for ; ok && n > 0; n-- {
			var size int
			if size, ok = number(); ok {
				*list = append(*list, string(b[:size]))
				b = b[size:]
			}
		}
		if !ok {
			return nil, errMalformed
		}
	}
	if len(place) != 2 || len(b) > 0 {
		return nil, errMalformed
	}
	c.Path, c.Dir = place[0], place[1]
	return c, nil
}
