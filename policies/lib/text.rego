# How values appear in messages.
package audit.lib.text

# A value as text; an attribute without one is "not set".
shown(value) := "not set" if value == null

shown(value) := sprintf("%v", [value]) if value != null
