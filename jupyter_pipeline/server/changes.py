"""Route of the changes that the panel shows."""

from __future__ import annotations

from typing import Any

from jupyter_pipeline.exceptions import NotFoundError
from jupyter_pipeline.server.handler import PipelineHandler, endpoint
from jupyter_pipeline.server.live_state import ClusterWatch, DeploymentWatch, LiveState

__all__ = ["ChangesHandler"]

_KEY = "jupyter_pipeline_live_state"


class ChangesHandler(PipelineHandler):
    """``changes/SUBJECT``."""

    @endpoint
    async def get(self, subject: str) -> dict[str, Any]:
        """Return the changes since the revision ``?since=``, and announce later ones to the panel ``?client=``."""
        state = self._live_state
        if subject not in state.watches:
            raise NotFoundError("subject", subject, state.watches)
        return await state.read(subject, self.get_argument("since", ""), self.get_argument("client", ""))

    @endpoint
    async def delete(self, subject: str) -> None:
        """Stop the announcements for the panel ``?client=``."""
        state = self._live_state
        if subject in state.watches:
            state.release(subject, self.get_argument("client", ""))

    @property
    def _live_state(self) -> LiveState:
        settings = self.settings
        if _KEY not in settings:
            settings[_KEY] = LiveState(
                self.event_logger, {"clusters": ClusterWatch(), "deployments": DeploymentWatch()}
            )
        found: LiveState = settings[_KEY]
        return found
