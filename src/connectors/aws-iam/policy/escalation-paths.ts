/**
 * A publicly known way from what somebody may do to more than that. All of `needs` together, and one of `oneOf` where
 * there is such a list. A test holds every action against AWS's catalogue.
 */
export interface EscalationPath {
  readonly needs: readonly string[];
  readonly oneOf?: readonly string[];
  /** The path hands a role (iam:PassRole) to one of these services. */
  readonly passesTo?: readonly string[];
  /** In words: "... and so ...". */
  readonly way: string;
  /**
   * True where the path leads to whatever it is aimed at, up to an administrator; false where it leads only to what runs
   * there already.
   */
  readonly isOpen: boolean;
}

const single = (action: string, way: string, isOpen = true): EscalationPath => ({ needs: [action], way, isOpen });
const passing = (
  service: string,
  needs: readonly string[],
  way: string,
  oneOf?: readonly string[],
): EscalationPath => ({
  needs: ['iam:PassRole', ...needs],
  ...(oneOf ? { oneOf } : {}),
  passesTo: [`${service}.amazonaws.com`],
  way,
  isOpen: true,
});
const takingOver = (needs: readonly string[], way: string): EscalationPath => ({ needs, way, isOpen: false });

export const ESCALATION_PATHS: readonly EscalationPath[] = [
  single('iam:CreatePolicyVersion', 'rewrites a managed policy that it or another holds'),
  single('iam:SetDefaultPolicyVersion', 'brings back an older version of a managed policy that allowed more'),
  single('iam:CreateAccessKey', 'makes an access key of another user'),
  single('iam:CreateLoginProfile', 'gives another user a password it knows'),
  single('iam:UpdateLoginProfile', 'sets the password of another user'),
  single('iam:CreateServiceSpecificCredential', 'makes a service credential of another user'),
  single('iam:ResetServiceSpecificCredential', 'takes over the service credential of another user'),
  single('iam:AttachUserPolicy', 'attaches any policy to a user'),
  single('iam:AttachGroupPolicy', 'attaches any policy to a group'),
  single('iam:AttachRolePolicy', 'attaches any policy to a role'),
  single('iam:PutUserPolicy', 'writes an inline policy of a user'),
  single('iam:PutGroupPolicy', 'writes an inline policy of a group'),
  single('iam:PutRolePolicy', 'writes an inline policy of a role'),
  single('iam:AddUserToGroup', 'joins a group that may do more'),
  single('iam:UpdateAssumeRolePolicy', 'makes a role trust it, and becomes the role'),
  single('iam:DeleteUserPermissionsBoundary', 'takes the boundary off a user'),
  single('iam:DeleteRolePermissionsBoundary', 'takes the boundary off a role'),
  single('iam:PutUserPermissionsBoundary', 'loosens the boundary of a user'),
  single('iam:PutRolePermissionsBoundary', 'loosens the boundary of a role'),
  single('iam:UpdateSAMLProvider', 'makes a trusted SAML provider its own'),
  {
    needs: ['iam:CreateOpenIDConnectProvider', 'iam:CreateRole'],
    way: 'federates with a provider of its own through a role it makes',
    isOpen: true,
  },

  passing('ec2', ['ec2:RunInstances'], 'starts an instance with a role and acts as it'),
  passing('ec2', ['ec2:AssociateIamInstanceProfile'], 'gives a running instance another role'),
  passing('ec2', ['ec2:ReplaceIamInstanceProfileAssociation'], 'exchanges the role of a running instance'),
  passing(
    'ec2',
    ['autoscaling:CreateLaunchConfiguration', 'autoscaling:CreateAutoScalingGroup'],
    'lets a scaling group start instances with a role',
  ),
  passing('lambda', ['lambda:CreateFunction'], 'runs code of its own in a function with a role', [
    ...[
      'lambda:InvokeFunction',
      'lambda:AddPermission',
      'lambda:CreateEventSourceMapping',
      'lambda:CreateFunctionUrlConfig',
    ],
  ]),
  passing('glue', ['glue:CreateDevEndpoint'], 'opens a Glue development endpoint with a role'),
  passing('glue', ['glue:CreateJob', 'glue:StartJobRun'], 'runs a Glue job with a role'),
  passing('glue', ['glue:UpdateJob', 'glue:StartJobRun'], 'gives a Glue job another role and code'),
  passing('glue', ['glue:CreateSession', 'glue:RunStatement'], 'runs statements in a Glue session with a role'),
  passing('cloudformation', ['cloudformation:CreateStack'], 'lets a stack act with a role'),
  passing('cloudformation', ['cloudformation:UpdateStack'], 'lets a stack act with another role'),
  passing(
    'cloudformation',
    ['cloudformation:CreateChangeSet', 'cloudformation:ExecuteChangeSet'],
    'lets a change set act with a role',
  ),
  passing(
    'datapipeline',
    ['datapipeline:CreatePipeline', 'datapipeline:PutPipelineDefinition', 'datapipeline:ActivatePipeline'],
    'runs a data pipeline with a role',
  ),
  passing('codebuild', ['codebuild:CreateProject', 'codebuild:StartBuild'], 'runs a build with a role'),
  passing('codebuild', ['codebuild:UpdateProject', 'codebuild:StartBuild'], 'gives a build another role and commands'),
  passing(
    'codepipeline',
    ['codepipeline:CreatePipeline', 'codepipeline:StartPipelineExecution'],
    'runs a delivery pipeline with a role',
  ),
  passing(
    'sagemaker',
    ['sagemaker:CreateNotebookInstance', 'sagemaker:CreatePresignedNotebookInstanceUrl'],
    'opens a notebook with a role',
  ),
  passing('sagemaker', ['sagemaker:CreateTrainingJob'], 'runs a training job with a role'),
  passing('sagemaker', ['sagemaker:CreateProcessingJob'], 'runs a processing job with a role'),
  passing(
    'sagemaker',
    ['sagemaker:CreateUserProfile', 'sagemaker:CreatePresignedDomainUrl'],
    'opens a studio with a role',
  ),
  passing('ecs-tasks', ['ecs:RegisterTaskDefinition'], 'runs a container with a role', [
    'ecs:RunTask',
    'ecs:StartTask',
    'ecs:CreateService',
    'ecs:UpdateService',
  ]),
  passing('ecs-tasks', ['ecs:RunTask'], 'runs a task with another role than it was defined with'),
  passing('batch', ['batch:RegisterJobDefinition', 'batch:SubmitJob'], 'runs a batch job with a role'),
  passing('elasticmapreduce', ['elasticmapreduce:RunJobFlow'], 'starts a cluster with a role'),
  passing(
    'emr-serverless',
    ['emr-serverless:CreateApplication', 'emr-serverless:StartJobRun'],
    'runs a serverless EMR job with a role',
  ),
  passing('states', ['states:CreateStateMachine', 'states:StartExecution'], 'runs a state machine with a role'),
  passing('scheduler', ['scheduler:CreateSchedule'], 'lets a schedule call any API with a role'),
  passing('ssm', ['ssm:StartAutomationExecution'], 'runs an automation with a role'),
  passing('tasks.apprunner', ['apprunner:CreateService'], 'runs a container service with a role'),
  passing('braket', ['braket:CreateJob'], 'runs a Braket job with a role'),
  passing(
    'bedrock-agentcore',
    ['bedrock-agentcore:CreateAgentRuntime', 'bedrock-agentcore:InvokeAgentRuntime'],
    'runs code of its own in an agent runtime with a role',
  ),
  passing(
    'bedrock-agentcore',
    [
      'bedrock-agentcore:CreateCodeInterpreter',
      'bedrock-agentcore:StartCodeInterpreterSession',
      'bedrock-agentcore:InvokeCodeInterpreter',
    ],
    'runs code in a code interpreter with a role',
  ),
  passing('bedrock', ['bedrock:CreateAgent', 'bedrock:InvokeAgent'], 'lets an agent act with a role'),
  {
    needs: ['iam:PassRole', 'cognito-identity:SetIdentityPoolRoles'],
    passesTo: ['cognito-identity.amazonaws.com'],
    way: 'lets an identity pool give out a role',
    isOpen: true,
  },

  takingOver(['lambda:UpdateFunctionCode'], 'puts code of its own into a function and acts as its role'),
  takingOver(['lambda:UpdateFunctionConfiguration'], 'puts a layer of its own into a function and acts as its role'),
  takingOver(['glue:UpdateDevEndpoint'], 'puts its key on a Glue development endpoint and acts as its role'),
  takingOver(['sagemaker:CreatePresignedNotebookInstanceUrl'], 'opens a notebook of others and acts as its role'),
  takingOver(
    ['cloudformation:SetStackPolicy', 'cloudformation:UpdateStack'],
    'changes a stack that acts with a role of its own',
  ),
  takingOver(['codebuild:StartBuild', 'codebuild:UpdateProject'], 'changes the commands of a build that has a role'),
  takingOver(['ssm:SendCommand'], 'runs commands on instances and acts as their roles'),
  takingOver(['ssm:StartSession'], 'opens a shell on instances and acts as their roles'),
  takingOver(['ec2-instance-connect:SendSSHPublicKey'], 'signs in to instances and acts as their roles'),
  takingOver(
    ['ec2:ModifyInstanceAttribute', 'ec2:StopInstances', 'ec2:StartInstances'],
    'changes what an instance runs at its start',
  ),
  takingOver(['ecs:ExecuteCommand'], 'runs commands in containers and acts as their roles'),
  takingOver(
    ['bedrock-agentcore:StartCodeInterpreterSession', 'bedrock-agentcore:InvokeCodeInterpreter'],
    'runs code in a code interpreter and acts as its role',
  ),
  takingOver(['bedrock-agentcore:InvokeAgentRuntimeCommand'], 'runs commands in an agent runtime and acts as its role'),
  takingOver(
    ['bedrock-agentcore:UpdateAgentRuntime', 'bedrock-agentcore:InvokeAgentRuntime'],
    'changes the code of an agent runtime and acts as its role',
  ),
];
