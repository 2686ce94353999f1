package modelclient

// scanChatDelta reads a chunk of Chat Completions that brings a piece of text
// and nothing else, of which a response has thousands, without any allocation.
// ok is false for every other chunk, which the general decoder then looks at.
func scanChatDelta(data []byte) (id, content rawString, ok bool) {
	s := scanner{data: data}
	ok = s.object(func(key []byte) bool {
		switch string(key) {
		case "id":
			id, ok = s.string()
			return ok
		case "choices":
			return !content.set && s.next('[') && s.chatChoice(&content) && s.next(']')
		case "usage":
			s.space()
			return s.literal("null")
		case "error":
			return false
		}
		return s.skipSimple()
	})
	return id, content, ok && s.atEnd() && content.set
}

// chatChoice takes the first choice of a chunk.
func (s *scanner) chatChoice(content *rawString) bool {
	return s.object(func(key []byte) bool {
		switch string(key) {
		case "index":
			n, ok := s.smallInt()
			return ok && n == 0
		case "delta":
			return !content.set && s.object(func(key []byte) bool {
				switch string(key) {
				case "content":
					var ok bool
					*content, ok = s.string()
					return ok
				case "refusal", "tool_calls", "reasoning", "reasoning_content":
					s.space()
					return s.literal("null")
				}
				return s.skipSimple()
			})
		case "finish_reason":
			s.space()
			return s.literal("null")
		case "message":
			return false
		}
		return s.skipSimple()
	})
}

// object takes an object; member takes the value of each of its members.
func (s *scanner) object(member func(key []byte) bool) bool {
	if !s.next('{') {
		return false
	}
	for {
		key, ok := s.string()
		if !ok || key.escaped || !s.next(':') || !member(key.body) {
			return false
		}
		if !s.next(',') {
			return s.next('}')
		}
	}
}
