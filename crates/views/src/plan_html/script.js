(function () {
  "use strict";
  var box = document.getElementById("search");
  var found = document.getElementById("found");
  var items = Array.prototype.slice.call(document.querySelectorAll(".item"));
  var sections = Array.prototype.slice.call(document.querySelectorAll("section"));
  document.getElementById("find").hidden = false;
  box.addEventListener("input", function () {
    var words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    var count = 0;
    items.forEach(function (item) {
      var text = item.textContent.toLowerCase();
      var fits = words.every(function (word) { return text.indexOf(word) >= 0; });
      item.classList.toggle("away", !fits);
      if (fits) { count += 1; }
    });
    sections.forEach(function (section) {
      var inside = section.querySelectorAll(".item");
      var shown = section.querySelectorAll(".item:not(.away)");
      section.classList.toggle("away", inside.length > 0 && shown.length === 0);
    });
    found.textContent = words.length ? count + " of " + items.length : "";
  });
}());
