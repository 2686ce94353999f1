package wire_test

import (
	"encoding/json"
	"fmt"

	"github.com/codex-go/codex/mcptypes/wire"
)

// Animal is a union of two known cases; others are kept as they come.
type Animal interface{ isAnimal() }

// Dog has the type "dog".
type Dog struct {
	Name string `json:"name"`
	Age  *int   `json:"age"`
}

// OtherAnimal is any other animal.
type OtherAnimal struct {
	Type string
	Raw  json.RawMessage
}

func (*Dog) isAnimal()         {}
func (*OtherAnimal) isAnimal() {}

var _ = wire.Register[Animal](wire.Internal("type"), wire.Of[Dog]("dog"), wire.Unknown[OtherAnimal]())

func ExampleRegister() {
	var animals []Animal
	err := wire.Unmarshal([]byte(`[{"type":"dog","name":"Rex"},{"type":"cat","lives":9}]`), &animals)
	if err != nil {
		fmt.Println(err)
		return
	}
	line, err := wire.Append(nil, animals)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(line))

	fmt.Println(wire.UnmarshalAt("animals", []byte(`[{"type":"dog"}]`), &animals))
	// Output:
	// [{"type":"dog","name":"Rex","age":null},{"type":"cat","lives":9}]
	// animals[0].name: missing, want string
}

func ExamplePeekString() {
	kind, ok := wire.PeekString([]byte(`{"type":"dog","name":"R`), "type")
	fmt.Println(string(kind), ok)
	// Output: dog true
}
