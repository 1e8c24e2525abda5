"""Runs a query plan: the plain interpreter of plan nodes, which every faster way is compared with."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from graphql import OperationType

from router.errors import InternalError, JsonValue
from router.executor.answer import read_answer
from router.executor.context import ExecutableOperation, ExecutionContext
from router.executor.contexts import contexts_of
from router.executor.errors import FetchError, FetchScope, failed_fetch, subgraph_errors
from router.executor.fetch import EntityFetch, Fetch, RootFetch
from router.executor.project import project
from router.executor.response import ExecutionResult
from router.executor.tree import Tree
from router.operation.request_body import encode_request
from router.planner.nodes import (
    ConditionNode,
    DeferNode,
    FetchNode,
    ParallelNode,
    PlanNode,
    QueryPlan,
    SequenceNode,
    SubscriptionNode,
)
from router.upstream.codes import INVALID_RESPONSE
from router.upstream.subgraph import SubgraphError, SubgraphRequest, SubgraphResponse

_log: Final = logging.getLogger(__name__)


async def execute(
    plan: QueryPlan, operation: ExecutableOperation, context: ExecutionContext
) -> ExecutionResult:
    """The answer to one operation. Failing subgraphs are errors in it; nothing that a subgraph does raises."""
    run = _Run(context, {})
    errors = await run.node(plan.node) if plan.node else []
    return project(run.tree, errors, operation, context)


@dataclass(frozen=True, slots=True)
class _Run:
    """One execution. `tree` is changed in place, always between two awaits."""

    context: ExecutionContext
    tree: Tree

    async def node(self, node: PlanNode) -> list[FetchError]:
        """Errors are in the order of the plan, whatever the order of the answers."""
        match node:
            case FetchNode():
                return await self._fetch(node)
            case SequenceNode():
                return [error for child in node.nodes for error in await self.node(child)]
            case ParallelNode():
                return await self._parallel(node.nodes)
            case ConditionNode():
                chosen = node.if_true if self.context.variables.get(node.variable) is True else node.if_false
                return await self.node(chosen) if chosen else []
            case DeferNode():
                # A server may answer all at once; then each part follows those it depends on.
                parts = [node.primary, *(each.node for each in node.deferred)]
                return [error for part in parts if part is not None for error in await self.node(part)]
            case SubscriptionNode():
                raise InternalError("PLAN_NOT_EXECUTABLE", "subscriptions are not executed")

    async def _parallel(self, nodes: Sequence[PlanNode]) -> list[FetchError]:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self.node(node)) for node in nodes]
        return [error for task in tasks for error in task.result()]

    async def _fetch(self, node: FetchNode) -> list[FetchError]:
        if not node.entities:
            return await self._request(node, RootFetch(node, self.tree), {})
        if not node.contexts:
            return await self._request(node, EntityFetch(node, self.tree), {})
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self._request(node, EntityFetch(node, self.tree, context), values))
                for context, values in contexts_of(self.tree, node).items()
            ]
        return [error for task in tasks for error in task.result()]

    async def _request(
        self, node: FetchNode, fetch: Fetch, values: Mapping[str, JsonValue]
    ) -> list[FetchError]:
        if not fetch.is_needed:
            return []
        known = {**self.context.variables, **values}
        passed = {name: known[name] for name in node.variables if name in known}
        try:
            response = await self._send(node, {**passed, **fetch.representations})
            answer = read_answer(response, self.context.shapes.of(node), fetch.typenames)
        except SubgraphError as failure:
            return [_failed(node, failure, fetch)]
        errors = subgraph_errors(node.service, answer.errors, fetch, self.context.error_policy)
        if answer.data is not None:
            try:
                fetch.join(answer.data, self.context.schema, failed=bool(errors))
                if self.context.trace is not None:
                    self.context.trace.joined(response, fetch)
            except (SubgraphError, RecursionError) as failure:
                errors.append(_failed(node, failure, fetch))
        return errors

    async def _send(self, node: FetchNode, variables: dict[str, JsonValue]) -> SubgraphResponse:
        transport = self.context.transports.get(node.service)
        if transport is None:
            raise SubgraphError("SUBREQUEST_CONNECTION_FAILED", "no transport is configured for it")
        request = SubgraphRequest(
            body=encode_request(node.operation, variables, node.operation_name),
            headers=self.context.headers,
            mutation=node.kind is OperationType.MUTATION,
            deadline=self.context.deadline,
            usage=self.context.usage,
            claims=self.context.claims,
        )
        return await transport.fetch(request)


def _failed(node: FetchNode, failure: SubgraphError | RecursionError, scope: FetchScope) -> FetchError:
    if isinstance(failure, RecursionError):
        failure = SubgraphError(INVALID_RESPONSE, "the answer is nested too deeply")
    _log.warning("subgraph '%s': %s: %s", node.service, failure.code, failure.message)
    return failed_fetch(node.service, failure, scope)
