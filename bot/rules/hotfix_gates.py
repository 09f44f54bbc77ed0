"""What must be so before a hotfix starts (G-HOT-2, G-HOT-3): the signatures of its hour, no dispute, one at a time."""

from bot.rules.change import Change
from bot.rules.gates import row_gate, running_gates, service_gates, version_gates
from bot.rules.hotfix_rows import rows_for_start
from bot.rules.setting import Setting
from bot.rules.spoken import dispute_gates
from bot.rules.verdict import Gate


def hotfix_gates(change: Change, setting: Setting) -> tuple[Gate, ...]:
    """No window, no notice, no staging: the approvals of its start's hour, by button or by word, and nothing else running."""
    rows = rows_for_start(setting.policy, setting.now)
    return (
        *(row_gate(change, row, setting) for row in rows),
        *dispute_gates(change, setting),
        *version_gates(change, setting),
        *running_gates(change),
        *service_gates(change, setting),
    )
