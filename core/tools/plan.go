package tools

import "github.com/codex-go/codex/protocol"

// updatePlan shows the model's plan to the user.
func updatePlan(h Host, call *protocol.FunctionCallItem) Result {
	var plan protocol.Plan
	if err := protocol.Unmarshal([]byte(call.Arguments), &plan); err != nil {
		return badArguments(err)
	}
	h.Emit(call.CallID, &protocol.PlanUpdateEvent{Plan: plan})
	return Result{Text: "Plan updated", Success: true}
}
