#include "report/svg.hpp"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "report/text.hpp"

namespace trialmill::report {
namespace {

constexpr std::string_view font_family =
    "Helvetica, Arial, Liberation Sans, DejaVu Sans, sans-serif";

/// To a hundredth, without trailing zeros and never "-0".
std::string length(double value) {
  const double rounded = std::round(value * 100) / 100;
  return fmt::format("{}", rounded == 0 ? 0.0 : rounded);
}

std::string points_attribute(std::span<const Position> points) {
  std::string out;
  for (const Position& point : points)
    out += fmt::format("{}{},{}", out.empty() ? "" : " ", length(point.x), length(point.y));
  return out;
}

std::string stroke_attributes(const Stroke& stroke) {
  std::string out = fmt::format("stroke=\"{}\" stroke-width=\"{}\"", stroke.colour, stroke.width);
  if (!stroke.dashes.empty()) out += fmt::format(" stroke-dasharray=\"{}\"", stroke.dashes);
  if (stroke.opacity < 1) out += fmt::format(" stroke-opacity=\"{}\"", stroke.opacity);
  return out;
}

/// Outline of a marker; radii are scaled so that all shapes look equally large.
std::string marker_path(MarkerShape shape, Position c, double r) {
  const auto path = [&](std::initializer_list<Position> corners) {
    std::string out;
    for (const Position& corner : corners)
      out += fmt::format("{}{} {}", out.empty() ? "M" : "L", length(c.x + corner.x * r),
                         length(c.y + corner.y * r));
    return out + "Z";
  };
  const auto strokes = [&](Position a, Position b) {
    return fmt::format("M{} {}L{} {}M{} {}L{} {}", length(c.x - a.x * r), length(c.y - a.y * r),
                       length(c.x + a.x * r), length(c.y + a.y * r), length(c.x - b.x * r),
                       length(c.y - b.y * r), length(c.x + b.x * r), length(c.y + b.y * r));
  };
  switch (shape) {
    case MarkerShape::circle:
      break;
    case MarkerShape::square:
      return path({{-0.9, -0.9}, {0.9, -0.9}, {0.9, 0.9}, {-0.9, 0.9}});
    case MarkerShape::triangle_up:
      return path({{0, -1.25}, {1.15, 0.85}, {-1.15, 0.85}});
    case MarkerShape::diamond:
      return path({{0, -1.3}, {1.3, 0}, {0, 1.3}, {-1.3, 0}});
    case MarkerShape::triangle_down:
      return path({{0, 1.25}, {1.15, -0.85}, {-1.15, -0.85}});
    case MarkerShape::cross:
      return strokes({0.9, 0.9}, {0.9, -0.9});
    case MarkerShape::plus:
      return strokes({1.2, 0}, {0, 1.2});
  }
  const std::string arc = fmt::format("a{0} {0} 0 1 0 ", length(r));
  return fmt::format("M{} {}{}{} 0{}{} 0Z", length(c.x - r), length(c.y), arc, length(2 * r), arc,
                     length(-2 * r));
}

}  // namespace

void Svg::open_group(std::string_view css_class, std::string_view name) {
  body_ += fmt::format("<g class=\"{}\"", css_class);
  if (!name.empty()) body_ += fmt::format(" data-name=\"{}\"", xml_escape(name));
  body_ += ">\n";
}

void Svg::close_group() {
  body_ += "</g>\n";
}

void Svg::rectangle(Position corner, double width, double height, std::string_view fill) {
  body_ += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"/>\n",
                       length(corner.x), length(corner.y), length(width), length(height), fill);
}

void Svg::line(Position from, Position to, const Stroke& stroke) {
  body_ += fmt::format("<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" {}/>\n", length(from.x),
                       length(from.y), length(to.x), length(to.y), stroke_attributes(stroke));
}

void Svg::polyline(std::span<const Position> points, const Stroke& stroke) {
  body_ += fmt::format("<polyline points=\"{}\" fill=\"none\" stroke-linejoin=\"round\" {}/>\n",
                       points_attribute(points), stroke_attributes(stroke));
}

void Svg::polygon(std::span<const Position> points, std::string_view fill, double opacity) {
  body_ += fmt::format("<polygon points=\"{}\" fill=\"{}\" fill-opacity=\"{}\"/>\n",
                       points_attribute(points), fill, opacity);
}

void Svg::marker(Position centre, const Marker& marker, std::string_view tip) {
  const bool only_strokes = marker.shape == MarkerShape::cross || marker.shape == MarkerShape::plus;
  const std::string_view fill = only_strokes ? "none" : marker.filled ? marker.colour : "#ffffff";
  // A white rim parts a filled marker from the line it lies on.
  const bool rim = marker.filled && !only_strokes;
  const std::string shape = fmt::format(
      "<path d=\"{}\" fill=\"{}\" {}", marker_path(marker.shape, centre, marker.radius), fill,
      stroke_attributes({rim ? "#ffffff" : marker.colour, rim            ? 0.8
                                                          : only_strokes ? 1.9
                                                                         : 1.5}));
  body_ += tip.empty() ? shape + "/>\n"
                       : fmt::format("{}><title>{}</title></path>\n", shape, xml_escape(tip));
}

void Svg::text(Position base, std::string_view words, const TextStyle& style) {
  std::string attributes = fmt::format("x=\"{}\" y=\"{}\" font-size=\"{}\" fill=\"{}\"",
                                       length(base.x), length(base.y), style.size, style.colour);
  if (style.anchor != "start") attributes += fmt::format(" text-anchor=\"{}\"", style.anchor);
  if (style.bold) attributes += " font-weight=\"bold\"";
  if (style.upwards)
    attributes += fmt::format(" transform=\"rotate(-90 {} {})\"", length(base.x), length(base.y));
  body_ += fmt::format("<text {}>{}</text>\n", attributes, xml_escape(words));
}

std::string Svg::document(double width, double height, std::string_view title,
                          std::string_view description) const {
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" width=\"{0}\" height=\"{1}\" "
      "viewBox=\"0 0 {0} {1}\" role=\"img\" font-family=\"{2}\">\n"
      "<title>{3}</title>\n<desc>{4}</desc>\n"
      "<rect x=\"0\" y=\"0\" width=\"{0}\" height=\"{1}\" fill=\"#ffffff\"/>\n{5}</svg>\n",
      length(width), length(height), font_family, xml_escape(title), xml_escape(description),
      body_);
}

}  // namespace trialmill::report
