// GENERATED CODE! DO NOT MODIFY BY HAND!

import type { AddConversationSubscriptionResponse } from "./AddConversationSubscriptionResponse";
import type { ArchiveConversationResponse } from "./ArchiveConversationResponse";
import type { CancelLoginChatGptResponse } from "./CancelLoginChatGptResponse";
import type { ExecOneOffCommandResponse } from "./ExecOneOffCommandResponse";
import type { FuzzyFileSearchResponse } from "./FuzzyFileSearchResponse";
import type { GetAuthStatusResponse } from "./GetAuthStatusResponse";
import type { GetUserAgentResponse } from "./GetUserAgentResponse";
import type { GetUserSavedConfigResponse } from "./GetUserSavedConfigResponse";
import type { GitDiffToRemoteResponse } from "./GitDiffToRemoteResponse";
import type { InitializeResponse } from "./InitializeResponse";
import type { InterruptConversationResponse } from "./InterruptConversationResponse";
import type { ListConversationsResponse } from "./ListConversationsResponse";
import type { LoginApiKeyResponse } from "./LoginApiKeyResponse";
import type { LoginChatGptResponse } from "./LoginChatGptResponse";
import type { LogoutChatGptResponse } from "./LogoutChatGptResponse";
import type { NewConversationResponse } from "./NewConversationResponse";
import type { RemoveConversationSubscriptionResponse } from "./RemoveConversationSubscriptionResponse";
import type { ResumeConversationResponse } from "./ResumeConversationResponse";
import type { SendUserMessageResponse } from "./SendUserMessageResponse";
import type { SendUserTurnResponse } from "./SendUserTurnResponse";
import type { SetDefaultModelResponse } from "./SetDefaultModelResponse";
import type { UserInfoResponse } from "./UserInfoResponse";

/** The results of the requests of clients, by method. */
export type ClientResults = {
  initialize: InitializeResponse,
  newConversation: NewConversationResponse,
  listConversations: ListConversationsResponse,
  resumeConversation: ResumeConversationResponse,
  archiveConversation: ArchiveConversationResponse,
  sendUserMessage: SendUserMessageResponse,
  sendUserTurn: SendUserTurnResponse,
  interruptConversation: InterruptConversationResponse,
  addConversationListener: AddConversationSubscriptionResponse,
  removeConversationListener: RemoveConversationSubscriptionResponse,
  gitDiffToRemote: GitDiffToRemoteResponse,
  loginApiKey: LoginApiKeyResponse,
  loginChatGpt: LoginChatGptResponse,
  cancelLoginChatGpt: CancelLoginChatGptResponse,
  logoutChatGpt: LogoutChatGptResponse,
  getAuthStatus: GetAuthStatusResponse,
  getUserSavedConfig: GetUserSavedConfigResponse,
  setDefaultModel: SetDefaultModelResponse,
  getUserAgent: GetUserAgentResponse,
  userInfo: UserInfoResponse,
  fuzzyFileSearch: FuzzyFileSearchResponse,
  execOneOffCommand: ExecOneOffCommandResponse,
};
