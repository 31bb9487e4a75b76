#pragma once
#define SITE_TITLE 8
