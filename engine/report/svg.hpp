#pragma once

#include <span>
#include <string>
#include <string_view>

/// Elements of an SVG document, written in the order of the calls. Lengths are pixels from the top
/// left corner, written to a hundredth.
namespace trialmill::report {

struct Position {
  double x = 0, y = 0;
};

struct Stroke {
  std::string_view colour = "#000000";
  double width = 1;
  std::string_view dashes = "";  ///< stroke-dasharray; empty for a solid line
  double opacity = 1;
};

struct TextStyle {
  double size = 11;
  std::string_view anchor = "start";  ///< start, middle or end of the text at the position
  std::string_view colour = "#222222";
  bool bold = false;
  bool upwards = false;  ///< turned by a quarter, read from below
};

enum class MarkerShape { circle, square, triangle_up, diamond, triangle_down, cross, plus };

struct Marker {
  MarkerShape shape = MarkerShape::circle;
  std::string_view colour = "#000000";
  bool filled = true;
  double radius = 3.6;
};

class Svg {
 public:
  void open_group(std::string_view css_class, std::string_view name = "");
  void close_group();
  void rectangle(Position corner, double width, double height, std::string_view fill);
  void line(Position from, Position to, const Stroke& stroke);
  void polyline(std::span<const Position> points, const Stroke& stroke);
  void polygon(std::span<const Position> points, std::string_view fill, double opacity);
  /// @param tip what a browser shows when the mouse rests on it; empty for none
  void marker(Position centre, const Marker& marker, std::string_view tip);
  void text(Position base, std::string_view words, const TextStyle& style);

  /// The document. @param title, description for readers who do not see the picture
  std::string document(double width, double height, std::string_view title,
                       std::string_view description) const;

 private:
  std::string body_;
};

}  // namespace trialmill::report
