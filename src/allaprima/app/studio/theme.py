"""What the page looks like: paper, ink and one colour, by day and by lamplight; letters that every system has."""

from __future__ import annotations

from pathlib import Path

import gradio as gr
from gradio.themes.utils import colors, sizes

PLAIN = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif")
CSS = Path(__file__).with_name("studio.css").read_text("utf-8")
SCRIPT = Path(__file__).with_name("studio.js").read_text("utf-8")
HEAD = f'<meta name="viewport" content="width=device-width, initial-scale=1"><script type="module">{SCRIPT}</script>'
SIENNA = colors.Color(
    "#fbf3ee", "#f6e3d8", "#ecc6b2", "#dfa183", "#cc7a55", "#b4572f", "#9c4423", "#7f361c", "#642c19", "#4d2316",
    "#2d140c", name="sienna",
)  # fmt: skip
STONE = colors.Color(
    "#faf7f2", "#f3eee5", "#e6dfd2", "#d3c9b8", "#a69c8b", "#6f675b", "#575047", "#433d36", "#2f2b26", "#211e1b",
    "#171513", name="paper",
)  # fmt: skip


def theme() -> gr.themes.Base:
    """For Gradio."""
    base = gr.themes.Base(
        primary_hue=SIENNA, secondary_hue=SIENNA, neutral_hue=STONE, text_size=sizes.text_md,
        radius_size=sizes.radius_md, spacing_size=sizes.spacing_md, font=PLAIN,
        font_mono=("ui-monospace", "Menlo", "Consolas", "monospace"),
    )  # fmt: skip
    return base.set(
        body_background_fill="*neutral_50",
        body_background_fill_dark="*neutral_900",
        body_text_color="*neutral_900",
        body_text_color_dark="*neutral_100",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_300",
        block_background_fill="*neutral_50",
        block_background_fill_dark="*neutral_900",
        block_border_width="0px",
        block_info_text_color="*neutral_600",
        block_info_text_color_dark="*neutral_300",
        block_label_text_color="*neutral_700",
        block_label_text_color_dark="*neutral_200",
        block_title_text_color="*neutral_900",
        block_title_text_color_dark="*neutral_100",
        block_title_text_weight="600",
        panel_background_fill="*neutral_50",
        panel_background_fill_dark="*neutral_900",
        input_background_fill="white",
        input_background_fill_dark="*neutral_800",
        input_border_color="*neutral_400",
        input_border_color_dark="*neutral_500",
        border_color_primary="*neutral_200",
        border_color_primary_dark="*neutral_700",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_dark="*primary_300",
        button_primary_background_fill_hover_dark="*primary_200",
        button_primary_text_color="white",
        button_primary_text_color_dark="*neutral_950",
        button_secondary_background_fill="white",
        button_secondary_background_fill_hover="*neutral_100",
        button_secondary_background_fill_dark="*neutral_800",
        button_secondary_background_fill_hover_dark="*neutral_700",
        button_secondary_text_color="*neutral_900",
        button_secondary_text_color_dark="*neutral_100",
        button_secondary_border_color="*neutral_300",
        button_secondary_border_color_dark="*neutral_600",
        button_border_width="1px",
        button_large_text_weight="500",
        slider_color="*primary_600",
        slider_color_dark="*primary_300",
        checkbox_label_background_fill="white",
        checkbox_label_background_fill_dark="*neutral_800",
        checkbox_label_background_fill_selected="*primary_100",
        checkbox_label_background_fill_selected_dark="*primary_800",
        checkbox_label_text_color_selected="*neutral_900",
        checkbox_label_text_color_selected_dark="*neutral_100",
        link_text_color="*primary_600",
        link_text_color_dark="*primary_200",
    )
