"""The emoji that a group can carry, by the trade that they suit."""

MEDICAL = ("🏥", "👨‍⚕️", "💊", "🩺")
SALON = ("💅", "✂️", "💄", "🧴", "💆")
RESTAURANT = ("🍽️", "🍷", "🎂", "👨‍🍳", "🥂")
CONSULTANT = ("💼", "📊", "📈", "🤝", "💡")
GENERAL = ("⭐", "👥", "📋", "🎯", "🔔")

ALL = frozenset((*MEDICAL, *SALON, *RESTAURANT, *CONSULTANT, *GENERAL))
