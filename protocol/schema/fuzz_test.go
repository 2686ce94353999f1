package schema

import "testing"

// FuzzReadTypeScript reads declarations of other releases. What can be read is
// the same as itself.
func FuzzReadTypeScript(f *testing.F) {
	p := current(f)
	for _, name := range []string{"SandboxPolicy", "EventMsg", "FileChange", "ClientRequest", "NewConversationParams", "McpToolCallEndEvent"} {
		f.Add(string(tsFile(p.types[name])))
	}
	f.Add(`export type A = { [key: string]: (A | null)[]; 'b'?: undefined };`)
	f.Add("export type A =\n  | \"a\" // x\n  | /* y */ 'b';")
	f.Add("export type A = B; export type B = A;")
	f.Fuzz(func(t *testing.T, text string) {
		types := map[string]expr{}
		if parseTypeScript(text, types) == nil {
			compareWithItself(t, types)
		}
	})
}

// FuzzReadJSON reads bundles of other releases.
func FuzzReadJSON(f *testing.F) {
	f.Add([]byte(`{"$defs":{"A":{"oneOf":[{"$ref":"#/$defs/B","properties":{"type":{"const":"b"}}}]},"B":{"type":"object"}}}`))
	f.Add([]byte(`{"$defs":{"A":{"anyOf":[{"enum":["a"],"type":"string"},{"type":"string"}]},"B":{"type":"array","items":true}}}`))
	f.Add([]byte(`{"$defs":{"A":{"type":"object","additionalProperties":{"anyOf":[{"type":"integer","format":"int32"},{"type":"null"}]}}}}`))
	f.Add([]byte(`{"$defs":{"A":null,"B":false,"C":{"properties":{"a":null}}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if types, err := parseJSON(data); err == nil {
			compareWithItself(t, types)
		}
	})
}

func compareWithItself(t *testing.T, types map[string]expr) {
	t.Helper()
	roles := map[string]role{}
	for name := range types {
		roles[name] = role{sent: true, received: true}
	}
	if changes := compare(types, types, roles); len(changes) > 0 && !ambiguous(types) {
		t.Errorf("changes from itself: %v", changes)
	}
}

// ambiguous reports whether a type has members or cases that cannot be told
// apart, which no release has.
func ambiguous(types map[string]expr) bool {
	found := false
	var look func(form expr)
	look = func(form expr) {
		switch form := form.(type) {
		case listExpr:
			look(form.elem)
		case mapExpr:
			look(form.elem)
		case *objectExpr:
			seen := map[string]bool{}
			for _, m := range form.members {
				found = found || seen[m.name]
				seen[m.name] = true
				look(m.form)
			}
		case *unionExpr:
			seen := map[string]bool{}
			for _, c := range form.cases {
				key := caseKey(types, c)
				found = found || seen[key]
				seen[key] = true
				look(c)
			}
		}
	}
	for _, form := range types {
		look(form)
	}
	return found
}
