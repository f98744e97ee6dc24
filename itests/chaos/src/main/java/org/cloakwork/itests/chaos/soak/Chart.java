package org.cloakwork.itests.chaos.soak;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Draws what processes took over time as SVG, a panel for each figure. */
final class Chart {

    private static final int WIDTH = 900;
    private static final int PANEL = 150;
    private static final int LEFT = 70;
    private static final int TOP = 40;
    private static final int PLOT_WIDTH = WIDTH - LEFT - 20;
    private static final int PLOT_HEIGHT = PANEL - 45;
    private static final List<String> COLOURS = List.of("#4269d0", "#e4761a", "#3ca951");

    private Chart() {
    }

    /** {@return the file's content} */
    static String of(String title, Map<String, List<Sample>> series) {
        double seconds = Math.max(1, series.values().stream().flatMap(List::stream).mapToDouble(Sample::seconds).max()
                .orElse(1));
        StringBuilder svg = new StringBuilder();
        svg.append(String.format(Locale.ROOT, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
                + "font-family=\"sans-serif\" font-size=\"12\">%n<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>"
                + "%n<text x=\"%d\" y=\"20\" font-size=\"14\">%s</text>%n", WIDTH,
                TOP + PANEL * Sample.Figure.values().length + 10, LEFT, title));
        int at = LEFT + 500;
        int colour = 0;
        for (String name : series.keySet()) {
            svg.append(String.format(Locale.ROOT, "<text x=\"%d\" y=\"20\" fill=\"%s\">%s</text>%n", at,
                    COLOURS.get(colour++), name));
            at += 80;
        }
        for (Sample.Figure figure : Sample.Figure.values()) {
            panel(svg, figure, series, seconds, TOP + PANEL * figure.ordinal());
        }
        return svg.append("</svg>\n").toString();
    }

    private static void panel(StringBuilder svg, Sample.Figure figure, Map<String, List<Sample>> series,
            double seconds, int top) {
        double most = 1.1 * Math.max(1, series.values().stream().flatMap(List::stream).mapToDouble(figure::of).max()
                .orElse(1));
        int bottom = top + 15 + PLOT_HEIGHT;
        svg.append(String.format(Locale.ROOT, "<text x=\"%d\" y=\"%d\">%s%s</text>%n", LEFT, top + 10, figure.text(),
                figure.unit().isEmpty() ? "" : ", " + figure.unit()));
        svg.append(String.format(Locale.ROOT, "<path d=\"M%d %dV%dH%d\" fill=\"none\" stroke=\"#888\"/>%n", LEFT,
                top + 15, bottom, LEFT + PLOT_WIDTH));
        for (int part = 0; part <= 2; part++) {
            svg.append(String.format(Locale.ROOT, "<text x=\"%d\" y=\"%.0f\" text-anchor=\"end\">%.0f</text>%n",
                    LEFT - 6, bottom + 4 - part * PLOT_HEIGHT / 2.0, part * most / 2));
        }
        for (int part = 0; part <= 4; part++) {
            svg.append(String.format(Locale.ROOT, "<text x=\"%.0f\" y=\"%d\" text-anchor=\"middle\">%s</text>%n",
                    LEFT + part * PLOT_WIDTH / 4.0, bottom + 15, Soak.clock(part * seconds / 4)));
        }
        int colour = 0;
        for (List<Sample> samples : series.values()) {
            String points = samples.stream().map(sample -> String.format(Locale.ROOT, "%.1f,%.1f",
                    LEFT + sample.seconds() / seconds * PLOT_WIDTH, bottom - figure.of(sample) / most * PLOT_HEIGHT))
                    .collect(Collectors.joining(" "));
            svg.append(String.format(Locale.ROOT,
                    "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\"/>%n", points,
                    COLOURS.get(colour++)));
        }
    }
}
