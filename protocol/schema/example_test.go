package schema_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/codex-go/codex/protocol/schema"
)

func ExampleWriteTypeScript() {
	dir, err := os.MkdirTemp("", "protocol")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if _, err := schema.WriteTypeScript(dir); err != nil {
		log.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "AuthMode.ts"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(string(data))
	// Output:
	// // GENERATED CODE! DO NOT MODIFY BY HAND!
	//
	// /** AuthMode is how the user is signed in. */
	// export type AuthMode = "apikey" | "chatgpt";
}

func ExampleCompareTypeScript() {
	dir, err := os.MkdirTemp("", "old")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	old := "// GENERATED CODE! DO NOT MODIFY BY HAND!\n\nexport type ClientInfo = { name: string, version: string, vendor: string, };\n"
	if err := os.WriteFile(filepath.Join(dir, "ClientInfo.ts"), []byte(old), 0o600); err != nil {
		log.Fatal(err)
	}
	changes, err := schema.CompareTypeScript(dir)
	if err != nil {
		log.Fatal(err)
	}
	for _, c := range changes[:2] {
		fmt.Println(c)
	}
	// Output:
	// breaks  ClientInfo.vendor: the member was removed
	// fine    AddConversationListenerParams: the type is new
}
