package org.cloakwork.laboratory.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Rows under titles, for people and for programs. Not safe for use by several threads. */
public final class Table {

    private final List<String> titles;
    private final List<List<String>> rows = new ArrayList<>();

    /** @param titles of the columns, without commas and quotes */
    public Table(List<String> titles) {
        this.titles = List.copyOf(titles);
    }

    /**
     * @param cells one for each title
     * @return this
     */
    public Table row(List<String> cells) {
        if (cells.size() != titles.size()) {
            throw new IllegalArgumentException(cells.size() + " cells for " + titles.size() + " titles");
        }
        rows.add(List.copyOf(cells));
        return this;
    }

    /** {@return lines with the columns under each other} */
    public String text() {
        int[] widths = IntStream.range(0, titles.size()).map(column -> Math.max(titles.get(column).length(),
                rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0))).toArray();
        StringBuilder text = new StringBuilder(line(titles, widths));
        rows.forEach(row -> text.append(line(row, widths)));
        return text.toString();
    }

    private static String line(List<String> cells, int[] widths) {
        return IntStream.range(0, cells.size())
                .mapToObj(column -> cells.get(column) + " ".repeat(widths[column] - cells.get(column).length()))
                .collect(Collectors.joining("  ", "  ", "")).stripTrailing() + '\n';
    }

    /** {@return comma-separated values, titles first} */
    public String csv() {
        StringBuilder text = new StringBuilder(String.join(",", titles)).append('\n');
        for (List<String> row : rows) {
            text.append(row.stream().map(Table::quoted).collect(Collectors.joining(","))).append('\n');
        }
        return text.toString();
    }

    private static String quoted(String cell) {
        return cell.contains(",") || cell.contains("\"") ? '"' + cell.replace("\"", "\"\"") + '"' : cell;
    }

    /** {@return an array of objects, numbers as numbers} */
    public String json() {
        return rows.stream().map(row -> IntStream.range(0, row.size())
                .mapToObj(column -> '"' + titles.get(column) + "\": " + value(row.get(column)))
                .collect(Collectors.joining(", ", "  {", "}"))).collect(Collectors.joining(",\n", "[\n", "\n]\n"));
    }

    private static String value(String cell) {
        boolean isNumber = !cell.isEmpty() && cell.length() < 25 && cell.chars()
                .allMatch(c -> "0123456789.-".indexOf(c) >= 0)
                && Character.isDigit(cell.charAt(cell.length() - 1)) && cell.lastIndexOf('-') <= 0
                && cell.indexOf('.') == cell.lastIndexOf('.') && !cell.startsWith(".") && !cell.startsWith("-.");
        return isNumber ? cell : '"' + cell.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
